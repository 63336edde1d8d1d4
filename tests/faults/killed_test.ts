import { now } from "../../lib/time/clock.js";
import { FaultPipeline } from "../support/fault_pipeline.ts";

Deno.test("the stream recovers when ffmpeg is killed", async () => {
  await using way = await FaultPipeline.start();
  const pid = await way.ffmpeg();
  const began = now();
  Deno.kill(pid, "SIGKILL");
  await way.recovers({
    fault: "ffmpeg killed (`kill -9`)",
    began,
    told: ["server", /camera lost: Cannot read .*: ffmpeg was ended by SIGKILL$/],
  });
});

Deno.test("the stream recovers when the server is killed and restarted", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  await way.startServer();
  await way.recovers({
    fault: "server killed and restarted",
    began,
    ended: now(),
    told: ["client", /(closed the connection|was lost: .*); trying again/],
  });
});

Deno.test("the stream recovers when the client is killed and restarted", async () => {
  await using way = await FaultPipeline.start({ watch: { retry: true } });
  const began = now();
  way.client.kill("SIGKILL");
  await way.client.ends();
  await way.startClient();
  await way.recovers({
    fault: "client killed and restarted",
    began,
    ended: now(),
    told: ["server", /127\.0\.0\.1:\d+ left \(0 clients\)$/],
  });
});
