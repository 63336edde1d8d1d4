import { assertEquals, assertMatch } from "@std/assert";
import { createServer, type Server } from "node:net";
import { HttpListener, NOT_ACCEPTING } from "../../lib/http/http_listener.ts";
import { within } from "../../lib/time/deadline.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { Program } from "../support/programs.ts";
import { descriptorsOf } from "../support/vitals.ts";

/** Whether a server at a port closes a connection that this side has closed. */
async function answers(port: number, patienceMs: number = PATIENCE_MS): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.closeWrite();
  return await within(connection.read(new Uint8Array(1)), patienceMs, "deaf").then(
    () => true,
    () => false,
  );
}

/** How many descriptors the server of the first test may have. */
const LIMIT = 150;

Deno.test("Deno's node:net still stops accepting after a lack of descriptors: HttpListener is needed", async () => {
  const script = `ulimit -n ${LIMIT}; exec "$0" run -A --no-check tests/support/deaf_server.ts`;
  await using program = new Program("sh", ["-c", script, Deno.execPath()]);
  await program.until(() => program.stdout.includes("\n"), "listens");
  const { port } = JSON.parse(program.stdout);
  assertEquals(await answers(port), true);
  const many = [];
  for (let i = 0; i < LIMIT + 50; i++) {
    many.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  }
  const open = () => descriptorsOf(program.pid);
  await eventually(() => open() >= LIMIT, () => `it has ${open()} descriptors`);
  for (const connection of many) connection.close();
  await eventually(() => open() < LIMIT / 2, () => `it has ${open()} descriptors`);
  // Once this fails, the check in HttpListener can go.
  assertEquals(await answers(port, 3000), false);
});

Deno.test("HttpListener listens again when connections are not accepted, and says so", async () => {
  const troubles: string[] = [];
  const servers: Server[] = [];
  const create = () => {
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    servers.push(server);
    return server;
  };
  const onTrouble = (reason: string) => troubles.push(reason);
  await using listener = await HttpListener.start({
    host: "127.0.0.1",
    port: 0,
    create,
    onTrouble,
  });
  const { port } = listener.address;
  assertEquals(await answers(port), true);
  // Nobody listens any more, and then another program does.
  await new Promise((resolve) => servers[0].close(resolve));
  {
    using _ = Deno.listen({ hostname: "127.0.0.1", port });
    await eventually(() => troubles.length > 0, () => "no trouble");
    assertMatch(troubles[0], new RegExp(`^Port ${port} is taken by another program$`));
  }
  await eventually(() => troubles.includes(NOT_ACCEPTING), () => "it does not listen");
  assertEquals(await answers(port), true);
});

Deno.test("HttpListener does not listen again while connections are accepted, even if its own ones are late", async () => {
  const troubles: string[] = [];
  const servers: Server[] = [];
  // A fake that is too busy to close a connection, but accepts them.
  const create = () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}));
    servers.push(server);
    return server;
  };
  const onTrouble = (reason: string) => troubles.push(reason);
  await using _ = await HttpListener.start({ host: "127.0.0.1", port: 0, create, onTrouble });
  let accepted = 0;
  servers[0].on("connection", () => accepted++);
  // More often than one check that hears nothing.
  await eventually(() => accepted > 2 || servers.length > 1, () => "it does not check itself");
  assertEquals([troubles, servers.length], [[], 1]);
});
