// Writes the time into every frame of a server, and shows the result in a browser.
// deno run -A examples/text_on_frames.ts HOST PORT HTTP_PORT
// deno-lint-ignore-file no-console -- examples print to the terminal
import { receive, serveViewers, transformFrames } from "socketcam";

const [host = "localhost", port = "9999", httpPort = "8080"] = Deno.args;
const module = new URL("transforms/caption.ts", import.meta.url);
await using remote = receive(host, { port: Number(port) });
await using stamped = transformFrames(remote, { module });
await using viewers = await serveViewers(stamped, { port: Number(httpPort) });
console.log(`open http://localhost:${viewers.address.port}`);
await stamped.frames.ended;
