/** A server of Deno's `node:net` that closes each connection when the other side does. */

import { createServer } from "node:net";
import { print } from "../../lib/cli/terminal.ts";

const server = createServer((socket) => socket.on("error", () => {}).resume());
server.listen(0, "127.0.0.1", () => print(JSON.stringify(server.address())));
// Deno itself fails when it has to listen to the first signal without a descriptor.
Deno.addSignalListener("SIGTERM", () => Deno.exit());
