/**
 * Lists the webcams on Linux, and their ports. Deno lets only a program with all permissions read
 * `/sys` and `/dev`; otherwise `v4l2-ctl` and ffmpeg list them.
 */

import { Child } from "./child.ts";
import { runFfmpeg } from "./ffmpeg.ts";
import type { Webcam } from "./webcam.ts";

/** Where the kernel lists video devices. */
const CLASS = "/sys/class/video4linux";
/** Where udev links to them, by port (`by-path`) and by model and serial number (`by-id`). */
const LINKS = { byPath: "/dev/v4l/by-path", byId: "/dev/v4l/by-id" };
/**
 * How long `v4l2-ctl` may take, in milliseconds: one webcam that hangs must not delay the others.
 */
const LIST_MS = 5000;

/** All webcams in the order of their numbers, and other video devices; some may give no frames. */
export async function listV4l2(signal?: AbortSignal): Promise<Webcam[]> {
  const [kernel, printed, byPath, byId] = await Promise.all([
    listKernel(),
    listPrinted(signal),
    readLinks(LINKS.byPath),
    readLinks(LINKS.byId),
  ]);
  const webcams = kernel ?? printed ??
    parseSources((await runFfmpeg(["-sources", "v4l2"], signal)).stdout);
  const ports = new Map(printed?.map(({ path, port }) => [path, port]));
  const located = webcams.map(({ path, name }) => ({
    ...{ path, name },
    ...{ byPath: byPath.get(path), byId: byId.get(path) },
    port: ports.get(path) ?? byPath.get(path)?.replace(/(:\d+\.\d+)?-video-index\d+$/, ""),
  }));
  // Devices of one webcam share a port, and keep their order when their numbers change.
  return located.map((webcam, index) => {
    const before = located.slice(0, index).filter(({ port }) => port === webcam.port);
    return webcam.port === undefined ? webcam : { ...webcam, position: before.length };
  });
}

/** Follows a link to a webcam without the permission to read it. */
export async function followLink(path: string, signal?: AbortSignal): Promise<Webcam> {
  const text = await runV4l2Ctl(["--info", "-d", path], signal);
  const read = (key: string) =>
    new RegExp(`^\\s*${key} *: (.+)$`, "m").exec(text?.stdout ?? "")?.[1];
  return { path, name: read("Card type") ?? path, port: read("Bus info") };
}

/** Runs `v4l2-ctl`; undefined if it is not installed. */
export async function runV4l2Ctl(args: readonly string[], signal?: AbortSignal) {
  try {
    await using ctl = new Child("v4l2-ctl", args, signal);
    return await ctl.output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The kernel's list; undefined if Deno does not allow reading it. */
async function listKernel(): Promise<Webcam[] | undefined> {
  const paths: string[] = [];
  try {
    for await (const { name } of Deno.readDir(CLASS)) {
      if (/^video\d+$/.test(name)) paths.push(`/dev/${name}`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    // A machine that never had a camera has no such folder.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return await Promise.all(
    inOrder(paths).map(async (path) => {
      const name = await Deno.readTextFile(`${CLASS}/${path.slice("/dev/".length)}/name`);
      return { path, name: name.trim() || path };
    }),
  );
}

/** The list of `v4l2-ctl`; undefined if it is not installed, or takes too long. */
async function listPrinted(signal?: AbortSignal): Promise<Webcam[] | undefined> {
  const limit = AbortSignal.timeout(LIST_MS);
  try {
    const both = signal ? AbortSignal.any([signal, limit]) : limit;
    const output = await runV4l2Ctl(["--list-devices"], both);
    return output && parseListDevices(output.stdout, output.stderr);
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit.aborted) throw error;
  }
}

/** udev's links by their devices; none if Deno does not allow reading them. */
async function readLinks(folder: string): Promise<Map<string, string>> {
  const links: [device: string, link: string][] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      links.push([await Deno.realPath(`${folder}/${name}`), `${folder}/${name}`]);
    }
  } catch (error) {
    const isUnknown = error instanceof Deno.errors.NotCapable ||
      error instanceof Deno.errors.NotFound;
    if (!isUnknown) throw error;
  }
  return new Map(links.sort(([, one], [, other]) => one < other ? 1 : -1));
}

/**
 * Parses the output of `v4l2-ctl --list-devices`, which has the port in parentheses. It names one
 * of the devices that it may not open:
 *
 *     HD Webcam: HD Webcam (usb-0000:00:14.0-1):
 *     	/dev/video0
 *     	/dev/media0
 *
 *     Failed to open /dev/video0: Permission denied
 */
export function parseListDevices(stdout: string, stderr = ""): Webcam[] {
  const webcams = new Map<string, Webcam>();
  let group: { readonly name: string; readonly port: string } | undefined;
  for (const line of stdout.split("\n")) {
    const [, name, port] = /^(\S.*) \(([^()]+)\):$/.exec(line) ?? [];
    if (port) group = { name, port };
    const path = /^\s+(\/dev\/video\d+)\b/.exec(line)?.[1];
    if (path && group) webcams.set(path, { path, ...group });
  }
  const denied = /^Failed to open (\/dev\/video\d+): Permission denied/m.exec(stderr)?.[1];
  if (denied) webcams.set(denied, { path: denied, name: denied });
  return inOrder([...webcams.keys()]).map((path) => webcams.get(path)!);
}

/**
 * Parses the output of ffmpeg's `-sources v4l2`:
 *
 *     Auto-detected sources for video4linux2,v4l2:
 *       /dev/video0 [HD Webcam] (none)
 */
export function parseSources(text: string): Webcam[] {
  const found = [...text.matchAll(/^[* ] (\/dev\/video\d+) \[(.+)\]/gm)];
  const names = new Map(found.map(([, path, name]) => [path, name]));
  return inOrder([...names.keys()]).map((path) => ({ path, name: names.get(path)! }));
}

/** Sorts paths by the numbers at their ends. */
function inOrder(paths: string[]): string[] {
  const numberOf = (path: string) => Number(/\d+$/.exec(path)![0]);
  return paths.sort((one, other) => numberOf(one) - numberOf(other));
}
