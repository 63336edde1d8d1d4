import { delay } from "@std/async/delay";
import { now } from "../../lib/flow/clock.ts";
import { NetworkCamera } from "../support/fake_network_camera.ts";
import { AT_ONCE_MS, Pipeline } from "../support/fault_pipeline.ts";
import { testPictures } from "../support/pictures.ts";

/** How long the camera is away, in milliseconds. */
const AWAY_MS = 6000;

Deno.test("pictures come again when a network camera has gone and come back", async () => {
  const pictures = await testPictures(20);
  let camera = new NetworkCamera();
  const port = Number(new URL(camera.url).port);
  let i = 0;
  const timer = setInterval(() => camera.send(pictures[i++ % pictures.length]), 50);
  try {
    await using way = await Pipeline.start({ camera: ["--device", camera.url] });
    const began = now();
    await camera[Symbol.asyncDispose]();
    await delay(AWAY_MS);
    camera = new NetworkCamera(port);
    await way.recovers({
      fault: "network camera gone for 6 s, and back",
      began,
      ended: now(),
      withinMs: AT_ONCE_MS,
      told: ["server", /camera lost: Cannot read .*Connection refused/],
    });
  } finally {
    clearInterval(timer);
    await camera[Symbol.asyncDispose]();
  }
});
