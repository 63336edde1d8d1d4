/**
 * What is wrong:
 * - `no-ffmpeg`: ffmpeg is not installed; `old-ffmpeg`: it is older than 5.1
 * - `no-webcam`: this machine has no such webcam, and there is no such file
 * - `pi-camera`: this machine is a Raspberry Pi without a webcam; its own camera does not count
 * - `no-program`: the command's program cannot be started, or `rpicam-vid` is not installed
 * - `unplugged`, `busy`, `denied`: the camera is gone, in use, or this user may not open it
 * - `no-bandwidth`: its USB bus carries too much already
 * - `filter`: ffmpeg refuses the filter graph
 * - `not-a-video`: ffmpeg cannot read the input
 * - `no-frames`: the camera stalls, or all its frames are torn
 * - `ended`: ffmpeg, the program or the camera ended for another reason
 */
export type CameraErrorCode =
  | "no-ffmpeg"
  | "old-ffmpeg"
  | "no-webcam"
  | "pi-camera"
  | "no-program"
  | "unplugged"
  | "busy"
  | "denied"
  | "no-bandwidth"
  | "filter"
  | "not-a-video"
  | "no-frames"
  | "ended";

/**
 * Why a camera gives no frames, as one sentence, with a hint if there is one. If ffmpeg ended, the
 * `cause` is the end of its log, without passwords.
 */
export class CameraError extends Error {
  /** The error's name in messages. */
  override name = "CameraError";
  /** What is wrong. */
  readonly code: CameraErrorCode;
  /** Whether trying again cannot help: the file is not a video, ffmpeg is not installed. */
  readonly permanent: boolean;

  /** Creates an error. */
  constructor(
    code: CameraErrorCode,
    message: string,
    { permanent = false, ...options }: ErrorOptions & { readonly permanent?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.permanent = permanent;
  }
}
