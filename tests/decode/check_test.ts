import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { checkFrames } from "../../lib/decode/check_frames.ts";
import type { DecodeOptions, DecodeStage } from "../../lib/decode/stage.ts";
import { completeFrame } from "../../lib/frame/complete_frame.ts";
import { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf, ownedFrameOf } from "../support/frames.ts";
import type { Segment } from "../../lib/frame/jpeg.ts";
import { pictureWithRestarts, testPictures } from "../support/pictures.ts";
import { DAMAGED, exifWith, find, inserted, REPAIRABLE } from "../support/quirks.ts";

const pictures = await testPictures(8, "640x360");

/** A camera and its check. */
function start(options: DecodeOptions = {}) {
  const camera = new FakeCamera();
  return { camera, source: camera.frames, check: checkFrames(camera, options) };
}

/** A frame whose bytes are not those of a whole JPEG. */
function damagedFrame(bytes: Uint8Array): Frame {
  return new Frame(FrameMemory.copyOf(bytes), { sequence: 1, capturedAt: 0 });
}

function frameHeaderOf(bytes: Uint8Array): Segment {
  return find(bytes, (marker) => marker === 0xc0);
}

/** Resolves when this many frames were accepted or refused. */
async function judged({ counts }: DecodeStage, count: number): Promise<void> {
  const judged = () => counts.published + counts.corrupt;
  await eventually(() => judged() >= count, () => `${judged()} of ${count} frames were judged`);
}

/** Lets everything else run. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("checkFrames() publishes frames that decode, unchanged", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  for (const [i, picture] of pictures.entries()) {
    const frame = frameOf(picture, i);
    const bytes = frame.bytes.slice();
    source.publish(frame);
    const { value } = await frames.next();
    assertEquals(value?.bytes, bytes);
  }
  assertEquals(check.counts, { published: pictures.length, warned: 0, corrupt: 0, skipped: 0 });
  assertEquals(check.size, { width: 640, height: 360 });
  assert(check.stats().decodeMs.p50! > 0);
});

Deno.test("checkFrames() publishes the very same frame, in the same memory", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const frame = frameOf(pictures[0]);
  const { buffer } = frame.bytes;
  source.publish(frame);
  const { value } = await frames.next();
  assert(value === frame);
  assert(value.bytes.buffer === buffer);
});

Deno.test("checkFrames() frees a frame once there is a newer one and all holders have released it", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  const checked = check[Symbol.asyncIterator]();
  await camera.watched;
  const pass = async (frame: Frame) => {
    source.publish(frame);
    (await frames.next()).value!.release();
    return (await checked.next()).value;
  };
  const [first, second] = [ownedFrameOf(pictures[0], 1), ownedFrameOf(pictures[1], 2)];
  const held = await pass(first);
  const next = await pass(second);
  assert(first.bytes.length > 0);
  held.release();
  assertThrows(() => first.bytes, TypeError);
  next.release();
  assert(second.bytes.length > 0);
});

Deno.test("checkFrames() frees a frame that does not decode", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const frame = damagedFrame(frameOf(pictures[0]).bytes.slice(0, 400));
  source.publish(frame);
  await judged(check, 1);
  assert(frame.bytes.length > 0);
  source.publish(ownedFrameOf(pictures[0]));
  assertThrows(() => frame.bytes, TypeError);
  await frames.next();
});

Deno.test("checkFrames() stops a damaged frame, and no other", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const damages: ((bytes: Uint8Array<ArrayBuffer>) => Uint8Array)[] = [
    (bytes) => bytes.slice(0, 400),
    (bytes) => bytes.fill(0xff, 400, 500),
    (bytes) => bytes.slice(0, 0),
    (bytes) => crypto.getRandomValues(bytes.slice(0, 5000)),
    (bytes) => inserted(bytes, frameHeaderOf(bytes).end, [0xff, 0xd8]),
    (bytes) => {
      const { start, end } = frameHeaderOf(bytes);
      return inserted(bytes, end, [...bytes.subarray(start, end)]);
    },
  ];
  for (const [i, damage] of damages.entries()) {
    const good = frameOf(pictures[0]);
    source.publish(damagedFrame(damage(good.bytes.slice())));
    await judged(check, 2 * i + 1);
    assertEquals(check.counts.corrupt, i + 1);
    source.publish(good);
    assert((await frames.next()).value === good);
  }
});

Deno.test("checkFrames() publishes a frame that libjpeg shows, unchanged, and counts it as warned", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const restarting = await pictureWithRestarts();
  for (const [i, quirk] of Object.values(DAMAGED).entries()) {
    const frame = frameOf(quirk(restarting));
    source.publish(frame);
    assert((await frames.next()).value === frame);
    assertEquals(check.counts, { published: i + 1, warned: i + 1, corrupt: 0, skipped: 0 });
    assertEquals(check.size, { width: 320, height: 240 });
    assert(check.scene!.brightness > 0);
  }
});

Deno.test("checkFrames() counts a frame as warned that the camera's side has repaired, and leaves it alone", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const [plain] = await testPictures(1, "320x240");
  const { "its height given twice": _legal, ...odd } = REPAIRABLE;
  for (const [i, quirk] of Object.values(odd).entries()) {
    const frame = frameOf(quirk(plain));
    source.publish(frame);
    assert((await frames.next()).value === frame);
    assertEquals(check.counts, { published: i + 1, warned: i + 1, corrupt: 0, skipped: 0 });
  }
});

Deno.test("checkFrames() completes a frame that a server of another kind has sent incomplete", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const [plain] = await testPictures(1, "320x240");
  const meta = { sequence: 7, capturedAt: 0 };
  for (const quirk of Object.values(REPAIRABLE)) {
    const raw = quirk(plain);
    source.publish(new Frame(FrameMemory.copyOf(raw), meta));
    const shown = (await frames.next()).value!;
    assertEquals([shown.sequence, shown.capturedAt], [7, 0]);
    // This one is shown as it is, since no decoder has trouble with it.
    if (shown.bytes.length === raw.length) continue;
    assertEquals(shown.bytes, completeFrame(FrameMemory.copyOf(raw), meta).bytes);
  }
  assertEquals([check.counts.corrupt, check.counts.warned > 10], [0, true]);
});

Deno.test("checkFrames() gives the size of the picture as it is seen, turned by its Exif", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  source.publish(frameOf(inserted(pictures[0], 2, exifWith(6, { little: true }))));
  await frames.next();
  assertEquals(check.size, { width: 360, height: 640 });
});

Deno.test("checkFrames() refuses a JPEG with arithmetic coding, as browsers do, and says why", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using _frames = check.frames.subscribe();
  await camera.watched;
  const path = await Deno.makeTempFile({ suffix: ".jpg" });
  try {
    await Deno.writeFile(path, pictures[0]);
    const command = `djpeg ${path} | cjpeg -arithmetic`;
    const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
    source.publish(frameOf(stdout));
    await judged(check, 1);
    assertEquals(check.counts.corrupt, 1);
    assertMatch(check.lastError!, /arithmetic coding/);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("checkFrames() refuses a JPEG of too many pixels before it decodes it", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using _frames = check.frames.subscribe();
  await camera.watched;
  const frame = frameOf(pictures[0]);
  const at = frame.bytes.findIndex((byte, i) => byte === 0xff && frame.bytes[i + 1] === 0xc0);
  frame.bytes.set([0xff, 0xff, 0xff, 0xff], at + 5);
  source.publish(frame);
  await judged(check, 1);
  assertEquals(check.lastError, "it has 65535x65535 pixels, and the limit is 64000000");
});

Deno.test("checkFrames() refuses a JPEG of more pixels than its bytes can hold", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  using _frames = check.frames.subscribe();
  await camera.watched;
  const frame = frameOf(pictures[0]);
  const at = frame.bytes.findIndex((byte, i) => byte === 0xff && frame.bytes[i + 1] === 0xc0);
  // 8000x8000 is within the limit of pixels, if there are enough bytes.
  frame.bytes.set([8000 >> 8, 8000 & 255, 8000 >> 8, 8000 & 255], at + 5);
  source.publish(frame);
  await judged(check, 1);
  assertMatch(check.lastError!, /^it has \d+ bytes, too few for 8000x8000 pixels$/);
});

Deno.test("checkFrames() publishes frames in order when it decodes several at once", async () => {
  const { camera, source, check } = start({ workers: 2 });
  await using _ = check;
  using frames = check.frames.subscribe();
  await camera.watched;
  const [large] = await testPictures(1, "1920x1080");
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { sequence } of frames) seen.push(sequence);
  })();
  // A large one takes longer than the small one behind it.
  for (let sequence = 1; sequence <= 40; sequence++) {
    source.publish(frameOf(sequence % 2 ? large : pictures[0], sequence));
    await turn();
  }
  await eventually(() => seen.at(-1) === 40, () => `${seen.at(-1)} was the last`);
  await frames.return();
  await reading;
  const { published, corrupt, skipped } = check.counts;
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals([seen.length, published + skipped, corrupt], [published, 40, 0]);
  assert(published > 1);
});

Deno.test("checkFrames() decodes nothing while nobody watches", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  source.publish(frameOf(pictures[0]));
  assertEquals(source.subscribers, 0);
  const frames = check.frames.subscribe();
  await camera.watched;
  assertEquals(source.subscribers, 1);
  await frames.return();
  await eventually(() => source.subscribers === 0, () => "it still watches");
  assertEquals(check.counts, { published: 0, warned: 0, corrupt: 0, skipped: 0 });
});

Deno.test("checkFrames() decodes as long as either its frames or its loop are wanted", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  const frames = check.frames.subscribe();
  const checked = check[Symbol.asyncIterator]();
  await camera.watched;
  await frames.return();
  for (let i = 0; i < 5; i++) await turn();
  source.publish(frameOf(pictures[0], 7));
  assertEquals((await checked.next()).value.frame.sequence, 7);
  await checked.return!();
  await eventually(() => source.subscribers === 0, () => "it still watches");
});

Deno.test("checkFrames() passes on what its feed says about itself", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  camera.now = () => 1234;
  source.publish(frameOf(pictures[0]));
  assert(check.status === camera.status);
  assertEquals([check.info, check.source, check.now()], [camera.info, undefined, 1234]);
  assertEquals(check.arrivals, { received: 1, missed: 0 });
});

Deno.test("a loop over checkFrames() throws the error that its feed ended with, after the last frame", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  const seen: number[] = [];
  const looping = (async () => {
    for await (const { frame } of check) seen.push(frame.sequence);
  })();
  await camera.watched;
  source.publish(frameOf(pictures[0], 5));
  source.close(new RangeError("no camera any more"));
  await assertRejects(() => looping, RangeError, "no camera any more");
  assertEquals(seen, [5]);
  await assertRejects(() => check.frames.ended, RangeError);
  // Later loops throw it too.
  await assertRejects(() => Array.fromAsync(check), RangeError);
});

Deno.test("checkFrames() ends when its feed ends, even if nobody watches", async () => {
  const [ended, failed] = [start(), start()];
  await using _ = ended.check;
  await using _failed = failed.check;
  ended.source.close();
  failed.source.close(new RangeError("gone"));
  await ended.check.frames.ended;
  await assertRejects(() => failed.check.frames.ended, RangeError, "gone");
  assertEquals(await Array.fromAsync(ended.check), []);
});

Deno.test("a loop over checkFrames() throws an unexpected error of the stage", async () => {
  const { camera, source, check } = start();
  await using _ = check;
  const looping = Array.fromAsync(check);
  await camera.watched;
  camera.now = () => {
    throw new RangeError("no clock");
  };
  source.publish(frameOf(pictures[0]));
  await assertRejects(() => looping, RangeError, "no clock");
  await assertRejects(() => check.frames.ended, RangeError, "no clock");
});

Deno.test("a loop over checkFrames() throws the reason of its signal", async () => {
  const abort = new AbortController();
  const { camera, source, check } = start({ signal: abort.signal });
  const looping = Array.fromAsync(check);
  await camera.watched;
  abort.abort(new RangeError("enough"));
  await assertRejects(() => looping, RangeError, "enough");
  await check[Symbol.asyncDispose]();
  assertEquals(source.subscribers, 0);
  const late = checkFrames(camera, { signal: abort.signal });
  await assertRejects(() => Array.fromAsync(late), RangeError, "enough");
  await late[Symbol.asyncDispose]();
});
