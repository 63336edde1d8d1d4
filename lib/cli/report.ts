import { CameraError } from "../camera/camera_error.ts";
import type { Receiver } from "../client/receive.ts";
import type { RemoteCameras } from "../client/receive_all.ts";
import type { DecodedCameras } from "../decode/decode_cameras.ts";
import type { DecodeStage } from "../decode/stage.ts";
import type { Feed } from "../flow/feed.ts";
import type { ClientEvent } from "../server/listen.ts";
import { now } from "../time/clock.js";
import { withHint } from "./hint.ts";
import { type Log, named } from "./log.ts";
import type { Device } from "./open_device.ts";

/** How often the same outage is reported again, in milliseconds: the program does not hang. */
const REPEAT_MS = 60_000;

/** Tells news from what was just reported. */
class Repeats {
  #line: string | undefined;
  #at = -Infinity;

  /** Whether to report a line: it is another one, or it has been true for a while. */
  isNews(line: string): boolean {
    const at = performance.now();
    if (line === this.#line && at < this.#at + REPEAT_MS) return false;
    this.#line = line;
    this.#at = at;
    return true;
  }
}

/** Logs each change of the camera, until it is closed. */
export async function reportCamera(camera: Device, log: Log): Promise<void> {
  const repeats = new Repeats();
  for await (const status of camera.status.follow()) {
    const reason = status.state === "lost" && camera.error ? reasonOf(camera.error) : "";
    const line = status.state === "lost" ? `camera lost: ${reason}` : status.state;
    if (!repeats.isNews(line)) continue;
    if (status.state === "lost") log.warn(line);
    else if (status.state === "starting") log.debug("camera starting");
    else if (status.state === "idle") log.info("camera idle: nobody watches");
    else {
      const ms = Math.round(camera.counts.startMs ?? 0);
      log.info(`camera live: ${camera.info?.name}, ${camera.info?.mode}`);
      log.debug(`first frame ${ms} ms after ffmpeg was started`);
    }
  }
}

/** Why a camera is lost that is tried again. */
function reasonOf(error: Error): string {
  const isMissing = error instanceof CameraError && /^(no-webcam|pi-camera)$/.test(error.code);
  return isMissing ? `${error.message}; waiting for it` : withHint(error);
}

/** How often dropped frames are reported, in milliseconds. */
const DROPPED_MS = 10_000;

/** Logs how many frames of the camera were dropped and why, until `signal` is aborted. */
export function reportDropped({ counts }: Device, log: Log, signal: AbortSignal): void {
  let reported = "";
  const timer = setInterval(() => {
    const faults = Object.entries(counts.dropped)
      .map(([fault, count]) => `${count} with ${fault}`).join(", ");
    if (faults !== reported) log.warn(`frames dropped so far: ${faults}`);
    reported = faults;
  }, DROPPED_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/**
 * Warns, once, that anybody can watch, unless only this machine can.
 *
 * @param secret the option that asks for a secret.
 * @param host the option that chooses where to listen.
 */
export function reportOpenDoor(
  { hostname, port }: Deno.NetAddr,
  { secret, host }: { readonly secret: string; readonly host: string },
  log: Log,
): void {
  if (isLocal(hostname)) return;
  log.warn(
    `anyone on the network who reaches ${hostname}:${port} can watch; set a ${secret}, or listen ` +
      `on this machine only with ${host} 127.0.0.1`,
  );
}

/** Warns, once, that the token crosses the network as the viewers' password, readable by others. */
export function reportPlainPassword(
  { hostname, port }: Deno.NetAddr,
  { token, cert }: { readonly token?: string; readonly cert?: string },
  log: Log,
): void {
  if (token === undefined || cert !== undefined || isLocal(hostname)) return;
  log.warn(
    `at ${hostname}:${port} the token is the password, and crosses the network unencrypted; add ` +
      `--cert and --key, or serve viewers with client.ts`,
  );
}

function isLocal(hostname: string): boolean {
  return /^(127\.|::1$|::ffff:127\.)/.test(hostname);
}

/** Logs clients that come and go. */
export function clientReporter(log: Log): (event: ClientEvent) => void {
  return ({ type, address, clients, reason }) => {
    const why = reason ? `: ${reason}` : "";
    const line = `${address} ${type}${why} (${clients} ${clients === 1 ? "client" : "clients"})`;
    if (reason) log.warn(line);
    else log.info(line);
  };
}

/** How often the same trouble is reported at most, in milliseconds. */
const TROUBLE_MS = 60_000;

/** How many of them are remembered. */
const MAX_REASONS = 1000;

/** Logs what keeps a program from accepting connections, or whom it refuses; not again and again. */
export function troubleReporter(log: Log): (reason: string) => void {
  const reportedAt = new Map<string, number>();
  return (reason) => {
    const at = performance.now();
    if (at < (reportedAt.get(reason) ?? -Infinity) + TROUBLE_MS) return;
    // Strangers' names are in it: the oldest are forgotten.
    if (reportedAt.size >= MAX_REASONS) reportedAt.delete(reportedAt.keys().next().value!);
    reportedAt.delete(reason);
    reportedAt.set(reason, at);
    log.warn(reason);
  };
}

/**
 * Logs each change of the servers, of their cameras and of what is done to their frames, until the
 * cameras are closed. With several cameras, each line has the camera's name in front.
 */
export async function reportCameras(
  cameras: RemoteCameras,
  stages: DecodedCameras,
  log: Log,
): Promise<void> {
  const known = new WeakSet<Feed>();
  const servers = new Map<string, Repeats>();
  for await (const stagesByName of stages.follow()) {
    for (const [name, receiver] of cameras.latest ?? []) {
      const stage = stagesByName.get(name);
      if (known.has(receiver) || !stage) continue;
      known.add(receiver);
      const { host, port } = receiver.source;
      const server = `${host}:${port}`;
      const repeats = servers.get(server) ?? new Repeats();
      servers.set(server, repeats);
      const isOneOfSeveral = () => (cameras.latest?.size ?? 0) > 1;
      const nameNow = () =>
        isOneOfSeveral()
          ? [...cameras.latest!].find(([, one]) => one === receiver)?.[0] ?? name
          : undefined;
      void reportConnection(receiver, () => servers.size > 1, repeats, log);
      void reportRemoteCamera(receiver, () => named(log, nameNow()));
      void reportTransform(stage, () => named(log, nameNow()));
    }
  }
}

/** Connections to one server share what was reported of it. */
async function reportConnection(
  receiver: Receiver,
  isOneOfSeveral: () => boolean,
  repeats: Repeats,
  log: Log,
): Promise<void> {
  const { host, port } = receiver.source;
  for await (const status of receiver.connection.follow()) {
    const line = status.state === "connected" ? status.state : status.reason;
    if (line === undefined || !repeats.isNews(line)) continue;
    if (status.state === "connected") {
      log.info(isOneOfSeveral() ? `${host}:${port}: connected` : "connected");
    } else if (status.retryAt !== undefined) {
      const seconds = Math.max(0, status.retryAt - now()) / 1000;
      // A program with one server ends when it is refused, and says this then.
      const isHinted = status.state === "refused" && isOneOfSeveral() && receiver.refusal;
      const reason = isHinted ? withHint(receiver.refusal!) : status.reason;
      log.warn(`${reason}; trying again, next in ${seconds.toFixed(1)} s`);
    }
  }
}

async function reportRemoteCamera(receiver: Receiver, log: () => Log): Promise<void> {
  const repeats = new Repeats();
  for await (const camera of receiver.status.follow()) {
    // A lost connection is reported as such.
    if (receiver.source.status.state !== "connected") continue;
    const line = camera.state === "lost" ? `camera lost: ${camera.reason}` : camera.state;
    if (!repeats.isNews(line)) continue;
    if (camera.state === "lost") log().warn(line);
    else if (camera.state === "live") log().info("camera live");
    else if (camera.state === "idle") log().info("camera idle: nobody watches");
  }
}

async function reportTransform({ transform }: DecodeStage, log: () => Log): Promise<void> {
  for await (const status of transform.follow()) {
    if (status.state === "working") log().info("the transform works");
    else log().warn(`the transform does nothing: ${status.reason}`);
  }
}
