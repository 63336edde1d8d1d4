/** What a stage gives to the next one: frames, and the state of their source. */

import type { Frame } from "../frame/frame.ts";
import type { Controls } from "./controls.ts";
import type { Hub } from "./hub.ts";

/** The camera's name, and how it runs. */
export interface CameraInfo {
  /** A name for people: the webcam's own name, `test picture`, a file's name, a URL. */
  readonly name: string;
  /** How its frames are made, in words: `MJPEG 1280x720 at 30, copied`. */
  readonly mode: string;
}

/** Whether the camera gives frames, and if not, why. */
export type CameraStatus =
  | { readonly state: "live" }
  | { readonly state: "starting" }
  /** It sleeps because nobody watches, and wakes when somebody does. */
  | { readonly state: "idle" }
  | { readonly state: "lost"; readonly reason: string };

/** The state of the connection to the server. */
export type ConnectionStatus =
  | { readonly state: "connecting"; readonly reason?: string; readonly retryAt?: number }
  | { readonly state: "connected" }
  | { readonly state: "refused"; readonly reason: string; readonly retryAt?: number };

/** The server that frames come from. */
export interface Source {
  /** Its name or address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** The state of the connection to it. */
  readonly status: ConnectionStatus;
  /** How often the connection was lost and made again. */
  readonly reconnects: number;
}

/** Frames, and what is known of them: a camera, a receiver, a decoder, or {@linkcode createFeed}. */
export interface Feed {
  /** The frames. A subscription is demand for them. */
  readonly frames: Hub<Frame>;
  /** Whether the camera gives frames, and if not, why. */
  readonly status: Hub<CameraStatus>;
  /** The camera's name and mode, once known. */
  readonly info: CameraInfo | undefined;
  /** The camera's controls, at each change; missing where it has none. */
  readonly controls?: Hub<Controls>;
  /** The server that frames come from; undefined if the camera is in this program. */
  readonly source: Source | undefined;
  /** How many frames came in, and how many the source skipped on the way here. */
  readonly arrivals: { readonly received: number; readonly missed: number };
  /** The time by the clock that stamps the frames, in milliseconds since 1970. */
  now(): number;
}
