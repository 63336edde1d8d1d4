/**
 * What happens, in words.
 *
 * @module
 */

import type { Camera } from "../camera/camera.ts";
import type { DecodeStage } from "../decode/stage.ts";
import { now } from "../flow/clock.ts";
import type { ClientEvent } from "../wire/listener.ts";
import type { Receiver } from "../wire/receiver.ts";
import type { Log } from "./log.ts";

/** Says how the camera fares, at each change, until it is closed. */
export async function reportCamera(camera: Camera, log: Log): Promise<void> {
  let told: string | undefined;
  for await (const status of camera.status.follow()) {
    const words = status.state === "lost" ? `camera lost: ${status.reason}` : status.state;
    // An outage is told once, not at each try.
    if (words === told) continue;
    told = words;
    if (status.state === "lost") log.warn(words);
    else if (status.state === "starting") log.debug("camera starting");
    else {
      const ms = Math.round(camera.counts.startMs ?? 0);
      log.info(`camera live: ${camera.info?.name}, ${camera.info?.mode}`);
      log.debug(`first picture ${ms} ms after ffmpeg was started`);
    }
  }
}

/** How often it is said that pictures were dropped, in milliseconds. */
const DROPPED_MS = 10_000;

/** Says how many pictures of the camera were dropped and why, until `signal` is aborted. */
export function reportDropped({ counts }: Camera, log: Log, signal: AbortSignal): void {
  let told = "";
  const timer = setInterval(() => {
    const words = Object.entries(counts.dropped).map(([fault, count]) => `${count} with ${fault}`);
    if (words.join() !== told) log.warn(`pictures dropped so far: ${words.join(", ")}`);
    told = words.join();
  }, DROPPED_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/**
 * Says, once, that anybody can watch, where that is more than some will expect.
 *
 * @param secret the option that closes it.
 * @param host the option that chooses where to listen.
 */
export function reportOpenDoor(
  { hostname, port }: Deno.NetAddr,
  { secret, host }: { readonly secret: string; readonly host: string },
  log: Log,
): void {
  const isLocal = /^(127\.|::1$|::ffff:127\.)/.test(hostname);
  if (isLocal) return;
  log.warn(
    `anyone on the network who reaches ${hostname}:${port} can watch; to close it, set a ` +
      `${secret}, or listen on this machine alone with ${host} 127.0.0.1`,
  );
}

/** Says who comes and goes. */
export function clientReporter(log: Log): (event: ClientEvent) => void {
  return ({ type, address, clients, reason }) => {
    const why = reason ? `: ${reason}` : "";
    const line = `${address} ${type}${why} (${clients} ${clients === 1 ? "client" : "clients"})`;
    if (reason) log.warn(line);
    else log.info(line);
  };
}

/** How often the same trouble is told at most, in milliseconds. */
const TROUBLE_MS = 60_000;

/** Says what keeps a program from taking all who come, once for as long as it lasts. */
export function troubleReporter(log: Log): (words: string) => void {
  const toldAt = new Map<string, number>();
  return (words) => {
    const at = performance.now();
    if (at < (toldAt.get(words) ?? -Infinity) + TROUBLE_MS) return;
    toldAt.set(words, at);
    log.warn(words);
  };
}

/** Says how it stands with the server and its camera, at each change, until it is closed. */
export async function reportSource(receiver: Receiver, log: Log): Promise<void> {
  await Promise.all([reportConnection(receiver, log), reportRemoteCamera(receiver, log)]);
}

async function reportConnection(receiver: Receiver, log: Log): Promise<void> {
  let told: string | undefined;
  for await (const status of receiver.source.follow()) {
    // An outage is told once, not at each try.
    const words = status.state === "connecting" ? status.reason : status.state;
    if (words === told) continue;
    told = words;
    if (status.state === "connected") log.info("connected");
    else if (status.state === "connecting" && status.retryAt !== undefined) {
      const seconds = Math.max(0, status.retryAt - now()) / 1000;
      log.warn(`${status.reason}; trying again, next in ${seconds.toFixed(1)} s`);
    }
  }
}

async function reportRemoteCamera({ status }: Receiver, log: Log): Promise<void> {
  let told: string | undefined;
  for await (const camera of status.follow()) {
    const words = camera.state === "lost" ? `camera lost: ${camera.reason}` : camera.state;
    if (words === told) continue;
    if (camera.state === "lost") log.warn(words);
    else if (camera.state === "live") log.info("camera live");
    told = words;
  }
}

/** Says how the transform fares, at each change, until it is closed. */
export async function reportTransform({ transform }: DecodeStage, log: Log): Promise<void> {
  for await (const status of transform.follow()) {
    if (status.state === "working") log.info("the transform works");
    else log.warn(`the transform does nothing: ${status.reason}`);
  }
}
