import { type Turn, type Way, wayOf } from "./turn.ts";

/** How frames leave ffmpeg. */
export interface OutputOptions {
  /** 1 to 100, as in libjpeg; for frames that are encoded here. */
  readonly quality: number;
  /** An ffmpeg filter graph for every frame, which is then encoded here. */
  readonly filter?: string;
  /** How frames are turned, after the filter. */
  readonly turn?: Turn;
  /** Why JPEGs cannot be turned without loss, once known. */
  readonly notLossless?: string;
}

/** What is done to a camera's frames. */
export interface Output {
  /** ffmpeg's arguments. */
  readonly args: string[];
  /** The same in words. */
  readonly words: string;
  /** Whether JPEGs pass unchanged, so that ffmpeg is not needed for them. */
  readonly isCopied: boolean;
  /** How they are turned after that. */
  readonly way?: Way;
}

/** What is done to frames: JPEGs are copied, unless a filter needs their pixels. */
export function outputOf(isJpeg: boolean, options: OutputOptions): Output {
  const { quality, turn = {}, notLossless } = options;
  const way = wayOf(turn);
  if (isJpeg && !options.filter && (!way || notLossless === undefined)) {
    const words = way ? "turned without loss" : "copied";
    return { args: ["-c:v", "copy"], words, isCopied: true, ...way && { way } };
  }
  const filter = [options.filter, way?.filter].filter(Boolean).join(",");
  const change = [...options.filter ? ["filtered"] : [], ...way ? ["turned"] : []].join(", ");
  const why = isJpeg && way && !options.filter ? `, since ${notLossless}` : "";
  const words = isJpeg ? `decoded, ${change} and encoded again${why}` : "encoded";
  // Without a filter, only the colours are converted, for which the fast scaler is good enough.
  const scaling = filter ? ["-vf", filter] : ["-sws_flags", "fast_bilinear"];
  return { args: [...scaling, ...encode(quality)], words, isCopied: false };
}

/**
 * Encodes every frame as a JPEG, at once. One thread, because frame threads hold back one frame
 * each, and slices take a fifth more CPU. A variable rate, because at a constant one ffmpeg adds
 * copies when a camera slows down in the dark. A fine time base, because the encoder fails when two
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
