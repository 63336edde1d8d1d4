import { assert, assertEquals } from "@std/assert";
import { clientUrl, Program, serverPort, startServer } from "./support/programs.ts";
import { partsOf } from "./support/multipart.ts";

const HOUR = 3_600_000;

Deno.test("client.ts shows the right latency when its clock is an hour off", async () => {
  for (const [shift, ahead] of [["+1h", HOUR], ["-1h", -HOUR]] as const) {
    const server = ["--device", "test", "--size", "320x240", "--host", "127.0.0.1", "--port", "0"];
    await using serving = startServer(...server);
    const port = await serverPort(serving);
    const args = ["run", "-A", "client.ts", "--port", port, "--http-port", "0", "--log", "json"];
    await using client = new Program(Deno.execPath(), args, {
      LD_PRELOAD: "/usr/$LIB/faketime/libfaketime.so.1",
      FAKETIME: shift,
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    });
    const parts = partsOf(await fetch(`${await clientUrl(client)}/stream`));
    // The percentiles include the very first frame.
    for (let i = 0; i < 60; i++) await parts.next();
    const state = await (await fetch(`${await clientUrl(client)}/state`)).json();
    await parts.return(undefined);
    const { p50, p95 } = state.latencyMs;
    // The clocks differ by an hour, and a busy machine takes seconds.
    assert(Math.abs(p50) < HOUR / 60 && Math.abs(p95) < HOUR / 60, `${p50} and ${p95} ms`);
    // The client's clock was really off.
    const { time } = JSON.parse((await client.says(/^\{.*"connected"\}$/m))[0]);
    assertEquals(Math.round((Date.parse(time) - Date.now() - ahead) / 60_000), 0);
  }
});
