/**
 * Memory given back before the collector comes.
 *
 * @module
 */

import type { Frame } from "../frame/frame.ts";
import { lend } from "./loan.ts";

/**
 * Frees the memory of bytes that nobody will read again; they are gone for all who share it. V8
 * lets up to 64 MiB of such buffers lie about, in each thread, and in one that idles for ever.
 */
export function release({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/**
 * The frame, whose memory is given back when the last stage that has held it drops it, unless
 * somebody keeps it. All that lies in the memory of its bytes must be the frame's alone.
 */
export function lentFrame(frame: Frame): Frame {
  lend(frame, () => release(frame.bytes));
  return frame;
}
