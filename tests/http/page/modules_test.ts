import { assertEquals } from "@std/assert";
import { Clock } from "../../../lib/http/page/clock.js";
import { capturedAt } from "../../../lib/http/page/exif_time.js";
import { Numbers } from "../../../lib/http/page/numbers.js";
import { ago, verdict } from "../../../lib/http/page/words.js";
import { frameOf } from "../../support/frames.ts";
import { LIVE, LOST } from "../../support/feed_state.ts";
import { testPictures } from "../../support/pictures.ts";

const [picture] = await testPictures(1);

Deno.test("capturedAt() reads the time that writeExif() wrote", () => {
  for (const at of [0, 1795528890861.816, Date.UTC(2038, 0, 19, 3, 14, 8), 951782399999.999]) {
    assertEquals(capturedAt(frameOf(picture, 7, at).bytes), at);
  }
});

Deno.test("capturedAt() is undefined for a picture without the block, and for what is cut", () => {
  assertEquals(capturedAt(picture), undefined);
  const { bytes } = frameOf(picture);
  for (let length = 0; length < 150; length++) {
    assertEquals(capturedAt(bytes.subarray(0, length)), undefined);
  }
});

Deno.test("Clock tells the camera's time by the quickest answer, and forgets when told to", () => {
  const clock = new Clock();
  assertEquals(clock.offset, undefined);
  clock.add(1000, 61_500, 2000);
  assertEquals(clock.offset, 60_000);
  clock.add(3000, 64_010, 3010);
  assertEquals(clock.offset, 61_005);
  clock.add(4000, 99_000, 4500);
  assertEquals(clock.offset, 61_005);
  clock.clear();
  assertEquals(clock.offset, undefined);
});

Deno.test("Numbers tells rate, bandwidth and the median of the ages, of the last 3 s", () => {
  const numbers = new Numbers();
  for (let i = 0; i < 100; i++) numbers.add(1000, [30, 10, 20][i % 3], i * 100);
  const { fps, bitsPerSecond, age } = numbers.read(10_000);
  assertEquals([Math.round(fps), Math.round(bitsPerSecond), age], [10, 80_000, 20]);
  assertEquals(numbers.read(20_000), { fps: 0, bitsPerSecond: 0, age: undefined });
});

Deno.test("verdict() has words for every state", () => {
  const { source, camera } = LIVE;
  const title = (state?: unknown) => verdict(state).title;
  assertEquals(title(undefined), "Viewer gone");
  assertEquals(title(LIVE), "Live");
  assertEquals(title(LOST), "Camera lost");
  assertEquals(title({ ...LIVE, camera: { ...camera, state: "starting" } }), "The camera starts");
  const unknown = { ...LIVE, camera: { ...camera, state: "unknown" } };
  assertEquals(title(unknown), "Waiting for camera.local:9999");
  const connecting = { ...LIVE, source: { ...source, state: "connecting" } };
  assertEquals(title(connecting), "Connecting to camera.local:9999");
  const retrying = { ...connecting, source: { ...connecting.source, reason: "no", retryInMs: 0 } };
  assertEquals(verdict(retrying).next, "Trying now");
  assertEquals(
    title({ ...LIVE, source: { ...source, state: "refused", reason: "no" } }),
    "Refused",
  );
});

Deno.test("ago() says how long ago in the largest unit that fits", () => {
  const said = [0, 59_000, 60_000, 7_200_000, 200_000_000].map(ago);
  assertEquals(said, ["0 s ago", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]);
});
