import { assert, assertEquals } from "@std/assert";
import { NoticeDrawer } from "../../lib/decode/notice.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { ENVELOPE_HEAD_BYTES } from "../../lib/frame/frame_memory.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { descriptorsOf } from "../support/vitals.ts";

const [picture] = await testPictures(1);

Deno.test("NoticeDrawer draws on the last frame, with its size, number and time", async () => {
  using notices = new NoticeDrawer();
  const frame = frameOf(picture, 7);
  const notice = await notices.draw("the camera was unplugged", frame);
  const { bytes, capturedAt, sequence } = notice;
  assertEquals([capturedAt, sequence], [frame.capturedAt, 7]);
  assertEquals(jpegSize(bytes), jpegSize(picture));
  assertEquals(readExif(bytes)!.sequence, 7);
  // It has headroom, so that it is written in one piece.
  const envelope = { head: () => new Uint8Array(ENVELOPE_HEAD_BYTES), tail: Uint8Array.of(1) };
  const [piece, ...more] = notice.seal(envelope);
  assertEquals(more, []);
  assert(piece.buffer === bytes.buffer);
});

Deno.test("NoticeDrawer draws all notices that are requested at the same time", async () => {
  using notices = new NoticeDrawer();
  const drawn = await Promise.all(["one", "two", "three"].map((w) => notices.draw(w, undefined)));
  assertEquals(new Set(drawn.map(({ bytes }) => bytes.join())).size, 3);
});

Deno.test("NoticeDrawer draws on a dark ground of its own when the last frame is very large", async () => {
  using notices = new NoticeDrawer();
  const [large] = await testPictures(1, "4096x4000");
  const { bytes } = await notices.draw("the camera was unplugged", frameOf(large));
  assertEquals(jpegSize(bytes), { width: 1280, height: 720 });
});

Deno.test("NoticeDrawer leaves no files open, however many notices it draws", async () => {
  using notices = new NoticeDrawer();
  for (let i = 0; i < 3; i++) await notices.draw(`outage ${i}`, undefined);
  const before = descriptorsOf(Deno.pid);
  for (let i = 0; i < 20; i++) await notices.draw(`another outage ${i}`, undefined);
  const after = descriptorsOf(Deno.pid);
  assert(after <= before, `${after} descriptors, ${before} before`);
});
