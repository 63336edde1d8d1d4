import { assert, assertEquals } from "@std/assert";
import { passFrames } from "../../lib/decode/pass_frames.ts";
import { CheckedFrame } from "../../lib/decode/stage.ts";
import { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

Deno.test("passFrames() passes every frame on unchanged, and decodes none", async () => {
  const camera = new FakeCamera();
  await using stage = passFrames(camera);
  using frames = stage.frames.subscribe();
  const checked = stage[Symbol.asyncIterator]();
  await camera.watched;
  const whole = frameOf(picture);
  const half = new Frame(FrameMemory.copyOf(whole.bytes.slice(0, 100)), whole);
  for (const frame of [whole, half, frameOf(picture)]) {
    camera.frames.publish(frame);
    assert((await frames.next()).value === frame);
    assertEquals((await checked.next()).value, new CheckedFrame(frame, null));
  }
  assertEquals([stage.mode, stage.counts.published, stage.counts.corrupt], ["off", 3, 0]);
  assertEquals(stage.size, { width: 320, height: 240 });
  assertEquals([stage.scene, stage.stats().decodeMs.p50], [null, null]);
});
