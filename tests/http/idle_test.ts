import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { verdict } from "../../lib/http/page/words.js";
import { SNAPSHOT_MS, WAKE_MS } from "../../lib/http/snapshot.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { eventually } from "../support/eventually.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { TestServer } from "../support/viewer_server.ts";

const [picture] = await testPictures(1);

/** A camera in this state. */
function being(state: FeedState["camera"]["state"]): FeedState {
  return { ...LIVE, camera: { ...LIVE.camera, state } };
}

Deno.test("an endpoint is healthy while its camera sleeps, and the page says that it wakes", async () => {
  await using server = await TestServer.start();
  server.state = being("idle");
  const response = await server.get("/healthz");
  assertEquals([response.status, await response.text()], [200, "ok\n"]);
  assertEquals((await (await server.get("/state")).json()).camera.state, "idle");
  assertStringIncludes(await (await server.get("/metrics")).text(), "socketcam_camera_idle 1\n");
  assertEquals(verdict(server.state).title, "The camera sleeps and wakes when watched");
});

Deno.test("a snapshot waits longer for a camera that slept, while it wakes, but not for ever", async () => {
  await using server = await TestServer.start();
  await using other = await TestServer.start();
  server.state = other.state = being("idle");
  const startedAt = performance.now();
  const [snapshot, missed] = [server, other].map((one) => one.get("/snapshot"));
  await delay((SNAPSHOT_MS + WAKE_MS) / 2);
  server.state = being("starting");
  server.frames.publish(frameOf(picture));
  assertEquals((await snapshot).status, 200);
  await (await snapshot).bytes();
  const response = await missed;
  assert(performance.now() - startedAt > WAKE_MS - 50, "it did not wait");
  assertEquals([response.status, await response.text()], [
    503,
    "No picture: no frame came in time\n",
  ]);
});

Deno.test("a snapshot waits no longer for a camera that slept and cannot wake", async () => {
  await using server = await TestServer.start();
  server.state = being("idle");
  const snapshot = server.get("/snapshot");
  await eventually(() => server.frames.subscribers === 1, () => "nobody waits for a frame");
  server.state = LOST;
  const response = await snapshot;
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "unplugged");
});
