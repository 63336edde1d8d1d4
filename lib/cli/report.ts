import { CameraError } from "../camera/camera_error.ts";
import type { EndpointOptions } from "../http/serve_http.ts";
import type { ClientEvent } from "../server/listen.ts";
import { withHint } from "./hint.ts";
import { counted } from "./live_line.ts";
import { type Log, named } from "./log.ts";
import type { Device } from "./open_device.ts";
import { Outage } from "./outage.ts";

/** Logs each change of the camera, and reminds of its loss, until it is closed. */
export async function reportCamera(camera: Device, log: Log, remindMs?: number): Promise<void> {
  using outage = new Outage(
    (reason, duration) => log.warn(`camera still lost after ${duration}: ${reason}`),
    remindMs,
  );
  let last = "";
  for await (const { state } of camera.status.follow()) {
    if (state === "lost") {
      const reason = camera.error ? reasonOf(camera.error) : "";
      if (outage.add(reason)) log.warn(`camera lost: ${reason}`);
    } else outage.end();
    if (state === last) continue;
    last = state;
    if (state === "starting") log.debug("camera starting");
    else if (state === "idle") log.info("camera idle: nobody watches");
    else if (state === "live") {
      const ms = Math.round(camera.counts.startMs ?? 0);
      log.info(`camera live: ${camera.info?.name}, ${camera.info?.mode}`);
      log.debug(`first frame ${ms} ms after ffmpeg was started`);
    }
  }
}

/** Why a camera is lost, which is being tried again. */
function reasonOf(error: Error): string {
  const isMissing = error instanceof CameraError && /^(no-webcam|pi-camera)$/.test(error.code);
  return isMissing ? `${error.message}; waiting for it` : withHint(error);
}

/** Logs values of `--set` that the camera refuses, until it is closed. */
export async function reportControls({ controls }: Device, log: Log): Promise<void> {
  let reported: string | undefined;
  for await (const { trouble } of controls?.follow() ?? []) {
    if (trouble !== undefined && trouble !== reported) log.warn(`--set: ${trouble}`);
    reported = trouble;
  }
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
 * @param mayControl whether everybody may change the camera, too.
 */
export function reportOpenDoor(
  { hostname, port }: Deno.NetAddr,
  { secret, host, mayControl = false }: {
    readonly secret: string;
    readonly host: string;
    readonly mayControl?: boolean;
  },
  log: Log,
): void {
  if (isLocal(hostname)) return;
  log.warn(
    `anyone on the network who reaches ${hostname}:${port} can watch${
      mayControl ? " and change the camera" : ""
    }; set a ${secret}, or listen ` +
      `on this machine only with ${host} 127.0.0.1`,
  );
}

/** Warns, once, that the viewers' password crosses the network, readable by others. */
export function reportPlainPassword(
  { hostname, port }: Deno.NetAddr,
  { credentials, cert }: Pick<EndpointOptions, "credentials" | "cert">,
  { secret, fix }: { readonly secret: string; readonly fix: string },
  log: Log,
): void {
  if (!credentials || cert !== undefined || isLocal(hostname)) return;
  log.warn(`at ${hostname}:${port} ${secret} crosses the network unencrypted; ${fix}`);
}

function isLocal(hostname: string): boolean {
  return /^(127\.|::1$|::ffff:127\.)/.test(hostname);
}

/**
 * Logs clients that come and go. A client with several cameras has a connection for each.
 *
 * @param isOne whether there is only one camera, which needs no name.
 */
export function clientReporter(log: Log, isOne: boolean): (event: ClientEvent) => void {
  return ({ type, address, clients, camera, reason }) => {
    const why = reason ? `: ${reason}` : "";
    const line = `${address} ${type}${why} (${counted(clients, "client")})`;
    const ownLog = named(log, isOne ? undefined : camera);
    if (reason) ownLog.warn(line);
    else ownLog.info(line);
  };
}

/** How often the same trouble is reported at most, in milliseconds. */
const TROUBLE_MS = 60_000;

/** How many of them are remembered. */
const MAX_REASONS = 1000;

/** Logs why a program cannot accept connections, or which it refuses, but not again and again. */
export function troubleReporter(log: Log): (reason: string) => void {
  const reportedAt = new Map<string, number>();
  return (reason) => {
    const at = performance.now();
    if (at < (reportedAt.get(reason) ?? -Infinity) + TROUBLE_MS) return;
    // It contains strangers' names, so the oldest are forgotten.
    if (reportedAt.size >= MAX_REASONS) reportedAt.delete(reportedAt.keys().next().value!);
    reportedAt.delete(reason);
    reportedAt.set(reason, at);
    log.warn(reason);
  };
}
