import { setImmediate } from "node:timers/promises";
import { Mailbox } from "../flow/mailbox.ts";
import { FrameMemory } from "../frame/frame_memory.ts";
import { Child } from "./child.ts";
import type { Way } from "./turn.ts";

/** Why JPEGs cannot be turned without encoding them again, as the end of a sentence. */
export class NotLosslessError extends Error {}

/**
 * Turns JPEGs without loss, by `jpegtran`. If it takes longer than the camera, only the newest JPEG
 * waits. Anything that is not a JPEG is left out.
 *
 * @throws {NotLosslessError} when that is not possible.
 */
export async function* turnJpegs(
  jpegs: AsyncIterable<FrameMemory>,
  way: Way,
  signal: AbortSignal,
): AsyncGenerator<FrameMemory, void> {
  using slot = new Mailbox<FrameMemory>();
  read(jpegs, slot).then(() => slot.close(), (error) => slot.close(error));
  for await (const memory of slot) {
    const turned = await turn(memory.bytes, way, signal);
    memory.release();
    if (turned) yield turned;
  }
}

async function read(jpegs: AsyncIterable<FrameMemory>, slot: Mailbox<FrameMemory>): Promise<void> {
  for await (const memory of jpegs) {
    slot.put(memory);
    memory.release();
    // A camera that sends as fast as it can must not keep everything else waiting.
    await setImmediate();
  }
}

/** Turns one; undefined if it is not a JPEG. */
async function turn(
  bytes: Uint8Array<ArrayBuffer>,
  { jpegtran }: Way,
  signal: AbortSignal,
): Promise<FrameMemory | undefined> {
  await using child = start(["-copy", "all", "-perfect", ...jpegtran], signal);
  const output = new Response(child.stdout).bytes();
  const writer = child.stdin.getWriter();
  // It does not read a JPEG that it refuses to its end, and its stderr has the reason.
  await writer.write(bytes).then(() => writer.close()).catch(() => {});
  const turned = await output;
  const { stderr } = await child.exit;
  signal.throwIfAborted();
  if (/not perfect/.test(stderr)) throw new NotLosslessError("its size is not one of whole blocks");
  return turned.length > 0 ? FrameMemory.copyOf(turned) : undefined;
}

function start(args: readonly string[], signal: AbortSignal): Child {
  try {
    return new Child("jpegtran", args, signal, { stdin: "piped" });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new NotLosslessError("jpegtran is not installed");
  }
}
