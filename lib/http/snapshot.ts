import { cleanText } from "../access/clean_text.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { within } from "../time/deadline.ts";
import { onAbort } from "../time/on_abort.ts";
import { headers, text } from "./reply.ts";
import { type FeedState, unavailableReason } from "./state.ts";

/** How long a snapshot waits for a frame, in milliseconds. */
export const SNAPSHOT_MS = 3000;
/**
 * How long it waits in all while a camera wakes, in milliseconds: some programs give up after 10 s.
 */
export const WAKE_MS = 8000;

/** What a snapshot needs. */
interface SnapshotSite {
  readonly frames: Hub<Frame>;
  readonly readState: () => FeedState;
}

/**
 * Answers with the next frame, because the last one may be old, or with 503 and the reason.
 * `encode` needs the frame until its promise settles. This stops waiting when the client does.
 */
export async function snapshot(
  site: SnapshotSite,
  { signal }: Request,
  type: string,
  encode: (frame: Frame, signal: AbortSignal) => BodyInit | Promise<BodyInit>,
): Promise<Response> {
  try {
    const frame = await nextFrame(site, signal).catch((error: Error) => {
      throw new Error(unavailableReason(site.readState()) ?? error.message);
    });
    try {
      return new Response(await encode(frame, signal), { headers: headers(type) });
    } finally {
      // The response has a copy.
      frame.release();
    }
  } catch (error) {
    return text(503, `No picture: ${cleanText((error as Error).message)}`, { "retry-after": "1" });
  }
}

async function nextFrame({ frames, readState }: SnapshotSite, signal: AbortSignal): Promise<Frame> {
  const stateOfCamera = () => readState().camera.state;
  const hasSlept = stateOfCamera() === "idle";
  using mailbox = frames.subscribe();
  using _ = onAbort(signal, () => mailbox.return());
  const next = mailbox.next();
  const late = "no frame came in time";
  const { value } = await within(next, SNAPSHOT_MS, late).catch((error) => {
    const isWaking = hasSlept && ["idle", "starting"].includes(stateOfCamera());
    if (!isWaking) throw error;
    return within(next, WAKE_MS - SNAPSHOT_MS, late);
  });
  if (!value) throw new Error("the frames have ended");
  return value;
}
