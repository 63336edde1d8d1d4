import { cleanText } from "../access/clean_text.ts";
import { redact } from "../access/redact.ts";
import { avfoundation } from "./avfoundation.ts";
import { CameraError } from "./camera_error.ts";
import { dshow } from "./dshow.ts";
import { WebcamMemory } from "./same_webcam.ts";
import { isPiPart, v4l2 } from "./v4l2.ts";
import type { Mode, Webcam, WebcamDriver } from "./webcam.ts";

/** How this machine finds and opens webcams. */
export const driver: WebcamDriver = { darwin: avfoundation, windows: dshow }[
  Deno.build.os as string
] ?? v4l2;

/** What this program has seen of webcams, shared by its cameras. */
const memory = new WebcamMemory();

/** How `device` refers to a webcam; by default, as part of its name. */
export function referenceOf(device: string): "auto" | "number" | "path" | "name" {
  if (device === "auto") return "auto";
  if (/^\d+$/.test(device)) return "number";
  return device.startsWith("/dev/") ? "path" : "name";
}

/** The message on a Raspberry Pi without a webcam. */
const PI_CAMERA = "No webcam found: the video devices of this Raspberry Pi are its codecs " +
  "and those of the camera on its ribbon cable; plug in a webcam";

/** A webcam with its modes. */
export interface FoundWebcam {
  /** The webcam. */
  readonly webcam: Webcam;
  /** Its modes, in the order of its driver. */
  readonly modes: Mode[];
}

/**
 * Lists all webcams with their modes, without the devices that give no frames. Each can be opened by
 * its path, or by part of its name. On Linux, the list comes from the kernel and `v4l2-ctl`, or
 * else from ffmpeg; on macOS and Windows, from ffmpeg.
 *
 * @example
 * ```ts
 * import { listWebcams } from "socketcam";
 *
 * for (const { webcam, modes } of await listWebcams()) {
 *   console.log(webcam.path, webcam.name);
 *   for (const { format, width, height, rates } of modes) {
 *     console.log(`  ${format} ${width}x${height} at ${rates.join(", ")} fps`);
 *   }
 * }
 * ```
 *
 * @param signal ends the search, which then throws the signal's reason.
 * @throws {CameraError} `denied`, when this user may open none of them; `no-ffmpeg`, when ffmpeg is
 *   needed and not installed.
 */
export async function listWebcams(signal?: AbortSignal): Promise<FoundWebcam[]> {
  const tried = await Promise.all(
    (await list(signal)).map((webcam) => tryModes(webcam, signal)),
  );
  const found = tried.filter((one) => "modes" in one).filter(({ modes }) => modes.length > 0);
  const denied = tried.find((one) => "denied" in one);
  if (found.length === 0 && denied) throw denied.denied;
  return found;
}

/** All video devices, which are remembered. */
async function list(signal?: AbortSignal): Promise<Webcam[]> {
  const webcams = await driver.list(signal);
  memory.see(webcams);
  return memory.withoutAmbiguous(webcams);
}

/** A webcam's modes, or the error if this user may not open it. */
async function tryModes(
  webcam: Webcam,
  signal?: AbortSignal,
): Promise<FoundWebcam | { readonly denied: CameraError }> {
  try {
    return { webcam, modes: await driver.modes(webcam, signal) };
  } catch (error) {
    if (error instanceof CameraError && error.code === "denied") return { denied: error };
    throw error;
  }
}

/**
 * Finds a webcam. If one was found `earlier`, this is the webcam in the same port, even if it has
 * another path now and another webcam has the old path. If that port is empty, this is a webcam
 * that is, or may be, the same one, but never one that was plugged in beside it.
 *
 * @param device `auto`, a number, a path below `/dev/`, or part of a name.
 * @throws {CameraError} `no-webcam`, when there is no such webcam; the message lists the others.
 *   `pi-camera`, when there are only a Raspberry Pi's own video devices. `denied`, when this user
 *   may open none of the webcams.
 */
export async function findWebcam(
  device: string,
  earlier?: Webcam,
  signal?: AbortSignal,
): Promise<FoundWebcam> {
  const webcams = await list(signal);
  const chosen = await matching(device, webcams, signal);
  const candidates = earlier ? memory.again(earlier, webcams, chosen) : chosen;
  let denied: CameraError | undefined;
  for (const webcam of candidates) {
    const tried = await tryModes(webcam, signal);
    if ("denied" in tried) denied ??= tried.denied;
    // Many webcams have a second device, which gives metadata instead of frames.
    else if (tried.modes.length > 0) return tried;
  }
  if (denied) throw denied;
  const isPath = referenceOf(device) === "path";
  const isPi = (device === "auto" ? webcams : candidates).some(isPiPart);
  if (isPi && !isPath) throw new CameraError("pi-camera", PI_CAMERA, { permanent: true });
  // A device without listed modes may still give frames, but only if `device` names it.
  const [first] = candidates;
  if (device !== "auto" && first && chosen.includes(first)) return { webcam: first, modes: [] };
  throw new CameraError("no-webcam", missing(device, webcams), { permanent: true });
}

async function matching(
  device: string,
  webcams: Webcam[],
  signal?: AbortSignal,
): Promise<Webcam[]> {
  switch (referenceOf(device)) {
    case "auto":
      return webcams;
    case "number":
      return webcams.filter(({ path }, index) => {
        // Linux has the number in the path, macOS has nothing else, Windows has none.
        const number = /^(?:\/dev\/video)?(\d+)$/.exec(path)?.[1] ?? index;
        return Number(number) === Number(device);
      });
    case "path": {
      // A link, as in /dev/v4l/by-id, keeps its name when the number changes.
      const path = await Deno.realPath(device).catch((error) =>
        error instanceof Deno.errors.NotCapable ? undefined : device
      );
      const found = webcams.filter((webcam) => webcam.path === (path ?? device));
      const isLink = path === undefined && !/^\/dev\/video\d+$/.test(device);
      return isLink && driver.follow ? [await driver.follow(device, signal)] : found;
    }
    case "name":
      return webcams.filter(({ name }) => name.toLowerCase().includes(device.toLowerCase()));
  }
}

function missing(device: string, devices: readonly Webcam[]): string {
  const webcams = devices.filter((webcam) => !isPiPart(webcam));
  const available = webcams.length === 0
    ? "this machine has none; plug one in"
    : `this machine has ${webcams.map(({ path, name }) => `"${name}" (${path})`).join(", ")}`;
  const problem = {
    auto: "No webcam found",
    number: `No webcam number ${device}`,
    path: `No webcam at ${device}`,
    name: `No file "${redact(device)}", and no webcam of that name`,
  }[referenceOf(device)];
  return `${cleanText(problem)}: ${available}`;
}
