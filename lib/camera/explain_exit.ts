import { redact } from "../access/redact.ts";
import { CameraError, type CameraErrorCode } from "./camera_error.ts";
import type { Exit } from "./child.ts";

const NOT_A_VIDEO = "this is not a video that ffmpeg can read";
const JOIN_GROUP = "join its group, and log in again: sudo usermod -aG video $USER";
const NO_BANDWIDTH = "its USB bus has no bandwidth left, as other cameras are on it";
/** Words in ffmpeg's log when it refuses a filter graph. */
const FILTER = /No such filter|filter network|initializing (a )?filter|Error parsing (a )?filter/;
/** The line with the reason: the filter's, or the graph's. */
const FILTER_CAUSE = /^\[(Parsed_|AVFilterGraph|\w+ @)/;

/** Words in ffmpeg's log for known causes, the most specific first. */
const HINTS: readonly (readonly [line: RegExp, code: CameraErrorCode, hint?: string])[] = [
  [/No such device/, "unplugged", "it was unplugged; plug it in again"],
  [/Device or resource busy/, "busy", "another program uses the camera; close it"],
  [/\/dev\/.*Permission denied/, "denied", JOIN_GROUP],
  [/(STREAMON|\/dev\/).*No space left on device/, "no-bandwidth", NO_BANDWIDTH],
  [/Permission denied/, "denied", "it may not be read"],
  [/fps_mode/, "old-ffmpeg", "this ffmpeg is older than 5.1; install a newer one"],
  [/moov atom not found|does not contain any stream/, "not-a-video", NOT_A_VIDEO],
  [/matches no streams|Invalid data found/, "not-a-video", NOT_A_VIDEO],
];

/**
 * Explains why ffmpeg ended: with the log line of a known cause and a hint, or else with the last
 * line. `permanent` says whether trying again cannot help.
 */
export function explainExit(
  address: string,
  { code, signal, stderr }: Exit,
  permanent: boolean,
): CameraError {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "").map(redact);
  if (lines.some((line) => FILTER.test(line))) {
    const cause = lines.find((line) => FILTER_CAUSE.test(line)) ?? lines.at(-1);
    const message = `ffmpeg refuses the filter graph: ${strip(cause)}`;
    // The camera is not the cause, so trying again cannot help.
    return new CameraError("filter", message, { permanent: true, cause: lines.join("\n") });
  }
  const [line = lines.at(-1), errorCode = "ended", hint] = HINTS
    .map(([pattern, ...rest]) => [lines.findLast((line) => pattern.test(line)), ...rest] as const)
    .find(([line]) => line !== undefined) ?? [];
  const message = [`Cannot read "${address}"`, ending(code, signal), strip(line), hint]
    .filter((part) => part).join(": ");
  return new CameraError(errorCode, message, { permanent, cause: lines.join("\n") });
}

function ending(code: number, signal: Deno.Signal | null): string {
  if (signal) return `ffmpeg was ended by ${signal}`;
  // ffmpeg exits with 0 when a webcam is unplugged.
  return code === 0 ? "ffmpeg ended" : `ffmpeg exited with code ${code}`;
}

/** A line of ffmpeg's log without its prefixes: the component, the call, the input. */
function strip(line: string | undefined): string | undefined {
  return line?.replace(/^(\[[^\]]*\] *)+/, "").replace(/^\S+: (?=[A-Z])/, "").trim();
}
