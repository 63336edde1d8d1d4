import { assertEquals } from "@std/assert";
import { passFrames } from "../../lib/decode/pass.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

Deno.test("passFrames() hands on every frame as it is, and decodes none", async () => {
  const source = new Hub<Frame>();
  await using stage = passFrames(source);
  using frames = stage.frames.subscribe();
  while (source.subscribers === 0) await new Promise((resolve) => setTimeout(resolve));
  const whole = frameOf(picture);
  for (const frame of [whole, { ...whole, bytes: whole.bytes.slice(0, 100) }, whole]) {
    source.publish(frame);
    assertEquals((await frames.next()).value, frame);
  }
  assertEquals([stage.mode, stage.counts.published, stage.counts.corrupt], ["off", 3, 0]);
  assertEquals(stage.size, { width: 320, height: 240 });
  assertEquals([stage.scenes.latest, stage.durations.read(0.5)], [undefined, null]);
});
