import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { now } from "../../lib/time/clock.js";
import { eventually } from "../support/eventually.ts";
import { FaultPipeline } from "../support/fault_pipeline.ts";
import { Program, startServer } from "../support/programs.ts";
import { WireClient } from "../support/wire_client.ts";

const FEW = /Too many files are open: new connections wait until others end; .*ulimit -n$/;
const TAKEN = /Port \d+ is taken by another program; end it, or choose another port with --port$/m;

/** Starts a program that may open 64 descriptors. It needs about 30 itself. */
function withFew(script: string): (...args: string[]) => Program {
  const command = `ulimit -n 64; exec "$0" run -A ${script} "$@"`;
  return (...args) => new Program("bash", ["-c", command, Deno.execPath(), ...args]);
}

/** Opens more connections than there are descriptors, and sends `text` on each. */
async function crowd(port: string, text: string): Promise<Deno.TcpConn[]> {
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i < 80; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(new TextEncoder().encode(text));
    conns.push(conn);
  }
  return conns;
}

Deno.test("the client accepts viewers again after viewers took all its descriptors and left", async () => {
  await using way = await FaultPipeline.start({ startClient: withFew("client.ts") });
  const began = now();
  const viewers = await crowd(way.httpPort, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await way.client.says(/Too many files are open/);
  for (const viewer of viewers) viewer[Symbol.dispose]();
  await way.recovers({
    fault: "client out of file descriptors (`ulimit -n 64`, 80 viewers)",
    began,
    ended: now(),
    // The viewer keeps its stream; recovery means that another one can watch.
    over: async () => {
      const signal = () => AbortSignal.timeout(5000);
      const url = `http://127.0.0.1:${way.httpPort}/snapshot`;
      const come = async () => {
        const response = await fetch(url, { signal: signal() });
        return (await response.bytes()).length > 0 && response.ok;
      };
      await eventually(() => come().catch(() => false), () => "nobody new can watch");
      return now();
    },
    told: ["client", FEW],
  });
});

Deno.test("the server accepts clients again after clients took all its descriptors and left", async () => {
  await using way = await FaultPipeline.start({ startServer: withFew("server.ts") });
  const began = now();
  const clients = await crowd(way.port, "");
  await way.server.says(/Too many files are open/);
  for (const client of clients) client[Symbol.dispose]();
  await way.recovers({
    fault: "server out of file descriptors (`ulimit -n 64`, 80 clients)",
    began,
    ended: now(),
    over: async () => {
      using client = await WireClient.connect(Number(way.port));
      await client.payload();
      return now();
    },
    told: ["server", FEW],
  });
});

Deno.test("the stream recovers when another program takes the server's port during a restart", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  const port = Number(way.port);
  const other = Deno.listen({ hostname: "127.0.0.1", port });
  // It accepts and hangs up at once.
  const answering = (async () => {
    for await (const conn of other) conn[Symbol.dispose]();
  })();
  await using refused = startServer("--device", "test", "--host", "127.0.0.1", "--port", way.port);
  assertEquals(await refused.ends(), 1);
  assertMatch(refused.stderr, TAKEN);
  await delay(2000);
  other.close();
  await answering;
  await way.startServer();
  await way.recovers({
    fault: "another program takes the server's port before it restarts",
    began,
    ended: now(),
    told: [refused, TAKEN],
  });
});
