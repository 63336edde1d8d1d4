import { now } from "../../lib/flow/clock.ts";
import { AT_ONCE_MS, FaultPipeline } from "../support/fault_pipeline.ts";

Deno.test("pictures come again when ffmpeg is killed", async () => {
  await using way = await FaultPipeline.start();
  const pid = await way.ffmpeg();
  const began = now();
  Deno.kill(pid, "SIGKILL");
  await way.recovers({
    fault: "ffmpeg killed (`kill -9`)",
    began,
    withinMs: AT_ONCE_MS,
    told: ["server", /camera lost: Cannot read .*: ffmpeg was ended by SIGKILL$/],
  });
});

Deno.test("pictures come again when the server is killed and started again", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  await way.startServer();
  await way.recovers({
    fault: "server killed, and started again",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    told: ["client", /(closed the connection|was lost: .*); trying again/],
  });
});

Deno.test("pictures come again when the client is killed and started again", async () => {
  await using way = await FaultPipeline.start({ watch: { retry: true } });
  const began = now();
  way.client.kill("SIGKILL");
  await way.client.ends();
  await way.startClient();
  await way.recovers({
    fault: "client killed, and started again",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    told: ["server", /127\.0\.0\.1:\d+ left \(0 clients\)$/],
  });
});
