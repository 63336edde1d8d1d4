import { runFfmpeg } from "./ffmpeg.ts";
import { MJPEG, type Mode, parseSize, usable, type Webcam, type WebcamDriver } from "./webcam.ts";

/** The webcams of Windows: DirectShow, through ffmpeg. */
export const dshow: WebcamDriver = {
  async list(signal) {
    const args = ["-f", "dshow", "-list_devices", "true", "-i", "dummy"];
    return parseDevices((await runFfmpeg(args, signal)).stderr);
  },
  async modes({ path }, signal) {
    const args = ["-f", "dshow", "-list_options", "true", "-i", path];
    return parseOptions((await runFfmpeg(args, signal)).stderr);
  },
  open({ path }, mode, rate) {
    // DirectShow has a codec for compressed frames, and a pixel format for raw ones.
    const kind = mode?.format === MJPEG ? "-vcodec" : "-pixel_format";
    return [
      ...["-fflags", "nobuffer", "-f", "dshow"],
      ...mode ? [kind, mode.format, "-video_size", `${mode.width}x${mode.height}`] : [],
      ...["-framerate", String(rate), "-i", path],
    ];
  },
};

/**
 * Parses the cameras in the output of `-list_devices true`. Before ffmpeg 5 they are listed under a
 * heading, since then each line names its kind:
 *
 *     [dshow @ 0x1] DirectShow video devices (some may be both video and audio devices)
 *     [dshow @ 0x1]  "HD Webcam"
 *     [dshow @ 0x1]     Alternative name "@device_pnp_..."
 *     [dshow @ 0x1] "HD Webcam" (video)
 */
export function parseDevices(text: string): Webcam[] {
  const webcams: Webcam[] = [];
  let underVideo = false;
  for (const line of text.split(/\r?\n/)) {
    if (/DirectShow \w+ devices/.test(line)) underVideo = line.includes("DirectShow video");
    const [, name, kind] = /\] +"(.+)"(?: \((.*)\))?$/.exec(line) ?? [];
    if (!name || line.includes("Alternative name")) continue;
    if (kind ? kind.includes("video") : underVideo) webcams.push({ path: `video=${name}`, name });
  }
  return webcams;
}

/**
 * Parses the output of `-list_options true`:
 *
 *     [dshow @ 0x1]   vcodec=mjpeg  min s=640x480 fps=5 max s=1280x720 fps=30
 */
export function parseOptions(text: string): Mode[] {
  const line =
    /(?:pixel_format|vcodec)=(\S+) +min s=(\d+x\d+) fps=([\d.]+) max s=(\d+x\d+) fps=([\d.]+)/g;
  const modes = [...text.matchAll(line)].map((match): Mode => {
    const [, format, minSize, minRate, size, rate] = match;
    return {
      format,
      ...parseSize(size),
      ...minSize !== size && { anySize: true },
      rates: [Number(rate)],
      ...minRate !== rate && { anyRate: true },
    };
  });
  // Each mode is listed twice, with and without its colour range.
  return usable(modes).filter((mode, index, modes) =>
    index === modes.findIndex((other) => JSON.stringify(other) === JSON.stringify(mode))
  );
}
