import { assert, assertEquals } from "@std/assert";
import { Duplex } from "node:stream";
import { Hub } from "../../lib/flow/hub.ts";
import { Frame, MAX_FRAME_BYTES } from "../../lib/frame/frame.ts";
import { ENVELOPE_HEAD_BYTES, FrameMemory, TAILROOM } from "../../lib/frame/frame_memory.ts";
import { MjpegResponse, MULTIPART } from "../../lib/http/mjpeg.ts";
import { Viewer } from "../../lib/http/viewer.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

/** A stream, and all that it has written to its connection. */
class TestStream {
  readonly frames = new Hub<Frame>();
  readonly written: Uint8Array[] = [];
  readonly ended: Promise<void>;
  /** Called at each write; what it throws is the connection's error. */
  onWrite: (chunk: Uint8Array) => void = () => {};

  constructor() {
    const options = { hostname: "1.2.3.4", port: 5, path: "/stream", fps: Infinity, repeats: true };
    const viewer = new Viewer(this.frames.subscribe(), options, () => {});
    const socket = new Duplex({
      read: () => {},
      write: (chunk, _encoding, done) => {
        this.written.push(chunk);
        try {
          this.onWrite(chunk);
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
    socket.on("error", () => {});
    viewer.attach(socket);
    this.ended = new MjpegResponse(viewer).writeTo({ socket, method: "GET", headers: {} });
  }

  /** Publishes a frame as the last one. */
  async last(frame: Frame): Promise<void> {
    this.frames.publish(frame);
    this.frames.close();
    await this.ended;
  }
}

Deno.test("MULTIPART fits around the largest frame, in the room that each frame has", () => {
  const memory = FrameMemory.allocate(MAX_FRAME_BYTES);
  const frame = new Frame(memory, { sequence: 1, capturedAt: Date.UTC(9999, 11, 31) });
  assert(MULTIPART.head(frame).length <= ENVELOPE_HEAD_BYTES);
  assert(MULTIPART.tail.length <= TAILROOM);
});

Deno.test("MjpegResponse writes a frame in one piece, from the frame's own memory", async () => {
  const stream = new TestStream();
  const frame = frameOf(picture);
  await stream.last(frame);
  const [, part, ...more] = stream.written;
  assert(part.buffer === frame.bytes.buffer);
  assertEquals(more, []);
});

Deno.test("MjpegResponse copies no frame that is sealed in another envelope already", async () => {
  const [sealed, plain] = [new TestStream(), new TestStream()];
  const frame = frameOf(picture, 1, 1000);
  frame.seal({ head: () => new Uint8Array([1]), tail: new Uint8Array([2]) });
  await sealed.last(frame);
  await plain.last(frameOf(picture, 1, 1000));
  assert(sealed.written[2].buffer === frame.bytes.buffer);
  const text = ({ written }: TestStream) => written.map((bytes) => bytes.toHex()).join("");
  assertEquals(text(sealed), text(plain));
});

Deno.test("MjpegResponse releases a frame once it is written, and never after a failed write", async () => {
  for (const fails of [false, true]) {
    const stream = new TestStream();
    const frame = ownedFrameOf(picture);
    const { buffer } = frame.bytes;
    const arrived = Promise.withResolvers<void>();
    stream.onWrite = (chunk) => {
      if (chunk.buffer !== buffer) return;
      arrived.resolve();
      if (fails) throw new Error("reset");
    };
    stream.frames.publish(frame);
    await arrived.promise;
    if (fails) await stream.ended;
    // Now neither the hub nor the viewer holds the first frame any more.
    await stream.last(frameOf(picture));
    assertEquals(buffer.detached, !fails);
  }
});
