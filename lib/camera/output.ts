/** How frames leave ffmpeg. */
export interface OutputOptions {
  /** 1 to 100, as in libjpeg; for frames that are encoded here. */
  readonly quality: number;
  /** An ffmpeg filter graph for every frame, which is then encoded here. */
  readonly filter?: string;
}

/** ffmpeg's arguments for frames, and in words: JPEGs are copied, unless a filter needs their pixels. */
export function outputOf(
  isJpeg: boolean,
  { quality, filter }: OutputOptions,
): { readonly args: string[]; readonly words: string } {
  if (isJpeg && !filter) return { args: ["-c:v", "copy"], words: "copied" };
  const words = isJpeg ? "decoded, filtered and encoded again" : "encoded";
  // Without a filter, only the colours are converted, for which the fast scaler is good enough.
  const scaling = filter ? ["-vf", filter] : ["-sws_flags", "fast_bilinear"];
  return { args: [...scaling, ...encode(quality)], words };
}

/**
 * Encodes every frame as a JPEG, at once. One thread, because frame threads hold back one frame
 * each, and slices take a fifth more CPU. A variable rate, because a constant one fills up a camera
 * that slows down in the dark with copies. A fine time base, because the encoder fails when two
 * frames fall into one tick.
 */
function encode(quality: number): string[] {
  return [
    ...["-c:v", "mjpeg", "-q:v", quantizer(quality).toFixed(2), "-qmin", "1"],
    ...["-pix_fmt", "yuvj420p", "-threads", "1"],
    ...["-fps_mode", "vfr", "-enc_time_base", "1:1000000"],
  ];
}

/** The quantizer for libjpeg's quality: ffmpeg's tables at 8 are those of quality 50. */
function quantizer(quality: number): number {
  const scale = quality < 50 ? 50 / quality : 2 - quality / 50;
  return Math.min(31, Math.max(1, 8 * scale));
}
