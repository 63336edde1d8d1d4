/**
 * A network camera that goes and comes back, in front of a server, a client and a viewer.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { now } from "../../lib/time/clock.js";
import { NetworkCamera } from "./fake_network_camera.ts";
import { FaultPipeline } from "./fault_pipeline.ts";
import { testPictures } from "./pictures.ts";

/** Takes the camera away for some seconds; fails if the frames do not come back. */
export async function loseNetworkCamera(seconds: number): Promise<void> {
  const pictures = await testPictures(20);
  let camera = new NetworkCamera();
  const port = Number(new URL(camera.url).port);
  let i = 0;
  const timer = setInterval(() => camera.send(pictures[i++ % pictures.length]), 50);
  try {
    await using way = await FaultPipeline.start({ camera: ["--device", camera.url] });
    const began = now();
    await camera[Symbol.asyncDispose]();
    await delay(seconds * 1000);
    camera = new NetworkCamera(port);
    await way.recovers({
      fault: `network camera gone for ${seconds} s, and back`,
      began,
      ended: now(),
      told: ["server", /camera lost: Cannot read .*Connection refused/],
    });
  } finally {
    clearInterval(timer);
    await camera[Symbol.asyncDispose]();
  }
}
