import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { Notice, PATIENCE_MS, REDRAW_MS } from "../../lib/http/notice.ts";
import { LOST } from "../support/feed_state.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { StillTime } from "../support/still_time.ts";

const [picture] = await testPictures(1);

/** A notice in a time that only the test lets pass, whose drawings the test makes. */
class TestNotice implements Disposable {
  readonly frames = new Hub<Frame>();
  readonly #time = new StillTime();
  readonly drawings: { words: string; done: PromiseWithResolvers<Frame> }[] = [];
  reason = "unplugged";
  readonly #notice: Notice;

  constructor() {
    const readState = () => ({ ...LOST, camera: { ...LOST.camera, reason: this.reason } });
    this.#notice = new Notice(this.frames, readState, (words) => {
      const done = Promise.withResolvers<Frame>();
      this.drawings.push({ words, done });
      return done.promise;
    });
  }

  /** The notice after this many milliseconds. */
  after(ms: number): Frame | undefined {
    this.#time.pass(ms);
    return this.#notice.read();
  }

  /** Finishes the newest drawing. */
  async drawn(frame: Frame): Promise<void> {
    this.drawings.at(-1)!.done.resolve(frame);
    await new Promise((resolve) => setTimeout(resolve));
  }

  get words(): string[] {
    return this.drawings.map(({ words }) => words);
  }

  [Symbol.dispose](): void {
    this.#time[Symbol.dispose]();
  }
}

Deno.test("Notice draws one at a time, and the newest of many reasons", async () => {
  using notice = new TestNotice();
  notice.after(PATIENCE_MS);
  for (let i = 0; i < 100; i++) {
    notice.reason = `reason ${i}`;
    assertEquals(notice.after(100), undefined);
  }
  assertEquals(notice.words, ["unplugged"]);
  const [first, second] = [ownedFrameOf(picture), ownedFrameOf(picture)];
  await notice.drawn(first);
  // An outdated reason is better than none.
  assertEquals(notice.after(0), first);
  for (let ms = 0; ms < REDRAW_MS; ms += 100) {
    assertEquals(notice.words, ["unplugged"]);
    notice.after(100);
  }
  assertEquals(notice.words, ["unplugged", "reason 99"]);
  const { buffer } = first.bytes;
  await notice.drawn(second);
  assertEquals([notice.after(10_000), buffer.detached], [second, true]);
  assertEquals(notice.words.length, 2);
});

Deno.test("Notice shows nothing that was drawn before frames came", async () => {
  using notice = new TestNotice();
  notice.after(PATIENCE_MS);
  notice.frames.publish(frameOf(picture));
  notice.after(10);
  const late = ownedFrameOf(picture);
  const { buffer } = late.bytes;
  await notice.drawn(late);
  assertEquals([notice.after(PATIENCE_MS), buffer.detached], [undefined, true]);
  // The same reason is drawn again, on the new frame.
  assertEquals(notice.after(REDRAW_MS), undefined);
  assertEquals(notice.words, ["unplugged", "unplugged"]);
});
