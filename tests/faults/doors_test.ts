import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { now } from "../../lib/flow/clock.ts";
import { eventually } from "../support/eventually.ts";
import { AT_ONCE_MS, FaultPipeline, TIMEOUT_MS } from "../support/fault_pipeline.ts";
import { Program, startServer } from "../support/programs.ts";
import { WireClient } from "../support/wire_client.ts";

const FEW = /Too many files are open: nobody else is let in until somebody leaves; .*ulimit -n$/;

/** A program that may have 64 descriptors, some 30 of which it needs for itself. */
function withFew(script: string): (...args: string[]) => Program {
  const command = `ulimit -n 64; exec "$0" run -A ${script} "$@"`;
  return (...args) => new Program("bash", ["-c", command, Deno.execPath(), ...args]);
}

/** More connections than there are descriptors; each says `text`. */
async function crowd(port: string, text: string): Promise<Deno.TcpConn[]> {
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i < 80; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(new TextEncoder().encode(text));
    conns.push(conn);
  }
  return conns;
}

Deno.test("the client is open again when viewers took all its descriptors and have left", async () => {
  await using way = await FaultPipeline.start({ startClient: withFew("client.ts") });
  const began = now();
  const viewers = await crowd(way.httpPort, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await way.client.says(/Too many files are open/);
  for (const viewer of viewers) viewer[Symbol.dispose]();
  await way.recovers({
    fault: "client out of file descriptors (`ulimit -n 64`, 80 viewers)",
    began,
    ended: now(),
    withinMs: TIMEOUT_MS,
    // Another one can watch.
    over: async () => {
      const signal = () => AbortSignal.timeout(500);
      const url = `http://127.0.0.1:${way.httpPort}/snapshot`;
      const come = async () => {
        const response = await fetch(url, { signal: signal() });
        return (await response.bytes()).length > 0 && response.ok;
      };
      await eventually(() => come().catch(() => false), () => "nobody can watch any more");
      return now();
    },
    told: ["client", FEW],
  });
});

Deno.test("the server is open again when clients took all its descriptors and have left", async () => {
  await using way = await FaultPipeline.start({ startServer: withFew("server.ts") });
  const began = now();
  const clients = await crowd(way.port, "");
  await way.server.says(/Too many files are open/);
  for (const client of clients) client[Symbol.dispose]();
  await way.recovers({
    fault: "server out of file descriptors (`ulimit -n 64`, 80 clients)",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    over: async () => {
      using client = await WireClient.connect(Number(way.port));
      await client.payload();
      return now();
    },
    told: ["server", FEW],
  });
});

Deno.test("pictures come again when the server's port was taken while it was away", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  const port = Number(way.port);
  const other = Deno.listen({ hostname: "127.0.0.1", port });
  // One that does not speak, and hangs up.
  const answering = (async () => {
    for await (const conn of other) conn[Symbol.dispose]();
  })();
  await using refused = startServer("--device", "test", "--host", "127.0.0.1", "--port", way.port);
  assertEquals(await refused.ends(), 1);
  assertMatch(refused.stderr, /Port \d+ is taken; end the program that has it, or choose another/);
  await delay(2000);
  other.close();
  await answering;
  await way.startServer();
  await way.recovers({
    fault: "the server's port taken by another program when it starts again",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    told: [refused, /Port \d+ is taken; end the program that has it, or choose another/],
  });
});
