/** Why there are no pictures, as one sentence that names the mend where there is one. */
export class CameraError extends Error {
  /** What it is called in messages. */
  override name = "CameraError";
  /** Whether trying again cannot help: the file is no video, ffmpeg is not installed. */
  readonly permanent: boolean;

  /** Makes an error. */
  constructor(message: string, { permanent = false }: { permanent?: boolean } = {}) {
    super(message);
    this.permanent = permanent;
  }
}
