import { assert, assertEquals } from "@std/assert";
import { NoticeDrawer } from "../../lib/decode/notice.ts";
import { readExif } from "../../lib/frame/exif.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { descriptorsOf } from "../support/vitals.ts";

const [picture] = await testPictures(1);

Deno.test("NoticeDrawer draws on the last frame, and as large and as old as that is", async () => {
  using notices = new NoticeDrawer();
  const frame = frameOf(picture, 7);
  const { bytes, capturedAt, sequence } = await notices.draw("the camera was unplugged", frame);
  assertEquals([capturedAt, sequence], [frame.capturedAt, 7]);
  assertEquals(jpegSize(bytes), jpegSize(picture));
  assertEquals(readExif(bytes)!.sequence, 7);
});

Deno.test("NoticeDrawer draws all notices that are wanted at the same time", async () => {
  using notices = new NoticeDrawer();
  const drawn = await Promise.all(["one", "two", "three"].map((w) => notices.draw(w, undefined)));
  assertEquals(new Set(drawn.map(({ bytes }) => bytes.join())).size, 3);
});

Deno.test("NoticeDrawer leaves no files open, however many notices it draws", async () => {
  using notices = new NoticeDrawer();
  for (let i = 0; i < 3; i++) await notices.draw(`outage ${i}`, undefined);
  const before = descriptorsOf(Deno.pid);
  for (let i = 0; i < 20; i++) await notices.draw(`another outage ${i}`, undefined);
  const after = descriptorsOf(Deno.pid);
  assert(after <= before, `${after} descriptors, ${before} before`);
});
