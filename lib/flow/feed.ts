/** What a stage offers to the next one: frames, and how things are where they come from. */

import type { Frame } from "../frame/frame.ts";
import type { Controls } from "./controls.ts";
import type { Hub } from "./hub.ts";

/** What the camera is and how it runs. */
export interface CameraInfo {
  /** What a person calls it: the webcam's own name, `test picture`, a file's name, a URL. */
  readonly name: string;
  /** How its frames are made, in words: `MJPEG 1280x720 at 30, copied`. */
  readonly mode: string;
}

/** Whether the camera gives frames, and if not, why. */
export type CameraStatus =
  | { readonly state: "live" }
  | { readonly state: "starting" }
  /** It sleeps, since nobody watches, and wakes when somebody does. */
  | { readonly state: "idle" }
  | { readonly state: "lost"; readonly reason: string };

/** How it stands with the server that frames come from. */
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
  /** How it stands with it. */
  readonly status: ConnectionStatus;
  /** How often a connection was lost and made again. */
  readonly reconnects: number;
}

/** Frames, and what is known of them: a camera, a receiver, a decoder, or {@linkcode createFeed}. */
export interface Feed {
  /** The frames. While somebody subscribes, they are wanted. */
  readonly frames: Hub<Frame>;
  /** Whether the camera gives frames, and if not, why. */
  readonly status: Hub<CameraStatus>;
  /** What the camera is, once that is known. */
  readonly info: CameraInfo | undefined;
  /** What can be adjusted on the camera, at each change; missing where nothing can. */
  readonly controls?: Hub<Controls>;
  /** The server that they come from; undefined if the camera is in this program. */
  readonly source: Source | undefined;
  /** Frames that came in, and frames that the source skipped on the way here. */
  readonly arrivals: { readonly received: number; readonly missed: number };
  /** The time by the clock that stamps the frames, in milliseconds since 1970. */
  now(): number;
}
