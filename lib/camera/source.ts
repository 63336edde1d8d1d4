import type { CameraInfo } from "../flow/feed.ts";
import type { FrameMemory } from "../frame/frame_memory.ts";
import type { CameraConstraints } from "./choose_mode.ts";
import type { JpegStreamReader } from "./jpeg_stream_reader.ts";
import type { OutputOptions } from "./output.ts";
import type { Settle } from "./settle.ts";
import type { Way } from "./turn.ts";
import type { Webcam } from "./webcam.ts";

/** Which camera to open, and the wanted frames. */
export interface SourceOptions extends CameraConstraints, OutputOptions {
  /** A webcam as `findWebcam` takes it, `test`, `rpicam`, a file's path, a URL or `exec:COMMAND`. */
  readonly device: string;
}

/** A source of frames. */
export interface Source extends CameraInfo {
  /** The webcam, if it is one. */
  readonly webcam?: Webcam;
  /** Its path or URL, without secrets. */
  readonly address: string;
  /** ffmpeg's arguments up to the output; undefined if it is not needed. */
  readonly args?: readonly string[];
  /**
   * Yields its JPEGs, which then go to ffmpeg if it is needed; undefined if ffmpeg reads the
   * source.
   */
  read?(reader: JpegStreamReader): AsyncGenerator<FrameMemory, void>;
  /** How its JPEGs are turned after that. */
  readonly way?: Way;
  /** Whether it may come back after a failure: a webcam may, a file will not. */
  readonly mayReturn: boolean;
  /** How long a frame takes, if certain, in milliseconds. */
  readonly intervalMs?: number;
  /** What to drop whenever it starts; nothing by default. */
  readonly settle?: Settle;
  /** Whether to start again when it ends. */
  readonly isRepeated?: boolean;
  /** Whether a connection was made and closed to see what this is. */
  readonly isLookedAt?: boolean;
}
