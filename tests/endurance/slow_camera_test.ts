import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { openCamera } from "../../lib/camera/open_camera.ts";
import { RawCamera } from "../support/fake_network_camera.ts";
import { testPictures } from "../support/pictures.ts";

/** How long the camera takes for a frame, in milliseconds: longer than a second frame is waited for. */
const INTERVAL_MS = 65_000;

Deno.test("a camera with a frame in 65 s is called lost once, and never restarted", async () => {
  const [picture] = await testPictures(1);
  const ended = new AbortController();
  await using network = new RawCamera(async ({ send }) => {
    await send("HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n");
    while (await send("--b\r\n\r\n", picture, "\r\n")) {
      await delay(INTERVAL_MS, { signal: ended.signal });
    }
  });
  await using camera = openCamera({ device: network.url, alwaysOn: true });
  const states: string[] = [];
  using statuses = camera.status.follow();
  void (async () => {
    for await (const { state } of statuses) states.push(state);
  })();
  using frames = camera.frames.subscribe();
  for (let i = 0; i < 3; i++) await deadline(frames.next(), 2 * INTERVAL_MS);
  assertEquals(states, ["starting", "live", "lost", "live"]);
  assertEquals(network.requests.length, 1);
  ended.abort();
});
