/**
 * What flows from the camera to the viewers: a JPEG that knows when it was taken.
 *
 * @module
 */

/** The largest picture that is taken from a camera or off the wire, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** One picture of the camera. Never changed once made, so every stage may share it. */
export interface Frame {
  /** A whole JPEG, `FF D8` to `FF D9`; its Exif repeats the two fields below. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The picture's number; it grows by one a picture and starts again with the server. */
  readonly sequence: number;
  /** When the picture reached the server, in milliseconds since 1970, by the server's clock. */
  readonly capturedAt: number;
}

/** What the camera is and how it runs. */
export interface CameraInfo {
  /** What a person calls it: the webcam's own name, `test picture`, a file's name, a URL. */
  readonly name: string;
  /** How its pictures are made, in words: `MJPEG 1280x720 at 30, copied`. */
  readonly mode: string;
}

/** Whether the camera gives pictures, and if not, why. */
export type CameraStatus =
  | { readonly state: "live" }
  | { readonly state: "starting" }
  | { readonly state: "lost"; readonly reason: string };
