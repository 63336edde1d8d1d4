import type { Controls, ControlValues } from "../flow/controls.ts";
import type { Feed } from "../flow/feed.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import type { JpegFault } from "../frame/jpeg.ts";
import type { CameraConstraints } from "./choose_mode.ts";
import type { Flip, Rotation } from "./turn.ts";
import type { Settle } from "./settle.ts";

/** Options of `openCamera`. */
export interface CameraOptions extends Partial<CameraConstraints> {
  /**
   * Which camera: `auto` (the default) is the first webcam. Others are a webcam's number (`0`), path
   * (`/dev/video0`) or part of its name, `test` for ffmpeg's test picture, a video file, which is
   * looped, and an `rtsp://` or `http://` URL. `rpicam` is the camera on a Raspberry Pi's ribbon cable,
   * which `auto` finds as well when there is no webcam. `exec:` and a command is a program that writes
   * JPEGs one after the other to its stdout; its words are split at blanks as a shell does, with quotes
   * and backslashes, but no shell is used. So never take a device from a stranger.
   */
  readonly device?: string;
  /** 1 to 100, as in libjpeg; 80 by default. JPEGs that the camera makes itself stay as they are. */
  readonly quality?: number;
  /** An ffmpeg filter graph for every frame, such as `transpose=1`; none by default. */
  readonly filter?: string;
  /**
   * How far every frame is turned clockwise, in degrees. `jpegtran` turns a camera's own JPEGs
   * without loss, if it is installed and their size allows it; otherwise ffmpeg encodes them again.
   */
  readonly rotate?: Rotation;
  /** Whether every frame is mirrored after that: left to right (`h`) or upside down (`v`). */
  readonly flip?: Flip;
  /**
   * What to drop whenever the camera starts, until exposure and colours have settled; by default 20
   * frames of a webcam, or 700 ms, and nothing of other cameras.
   */
  readonly settle?: Settle;
  /** Values for the webcam's controls at each start, such as `{ brightness: 10 }`; Linux only. */
  readonly set?: ControlValues;
  /** Whether to run while nobody watches, too; false by default. */
  readonly alwaysOn?: boolean;
  /**
   * Whether to wait for a camera that is missing, or that this user may not open yet; false by
   * default.
   */
  readonly wait?: boolean;
  /** How long to run on after the last viewer has left, in milliseconds; 10,000 by default. */
  readonly lingerMs?: number;
  /** Closes the camera; its loops throw the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What happened since the camera was opened. */
export interface CameraCounts {
  /** How many frames were dropped because they were torn, by the fault. */
  readonly dropped: Readonly<Partial<Record<JpegFault, number>>>;
  /** From the last start to its first frame, in milliseconds; null before that. */
  readonly startMs: number | null;
  /** The bytes of all frames. */
  readonly bytes: number;
}

/** An open camera. Closing it ends ffmpeg. */
export interface Camera extends Feed, AsyncIterable<Frame>, AsyncDisposable {
  /** A camera has no server. */
  readonly source: undefined;
  /** Why it was last lost; undefined if it never was. */
  readonly error: Error | undefined;
  /**
   * Its controls, at each change; other cameras than webcams on Linux have none. They are known
   * once somebody has subscribed and the camera was found.
   */
  readonly controls: Hub<Controls>;
  /** What happened since it was opened. */
  readonly counts: CameraCounts;
  /**
   * Resolves with the first frame, with the first failure that may pass, or when the camera is
   * closed. Rejects with what loops throw: a `CameraError`, a `ControlError`, or the signal's
   * reason.
   */
  readonly ready: Promise<void>;
}
