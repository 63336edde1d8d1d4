/** The client's log about its servers and their cameras. */

import type { Receiver } from "../client/receive.ts";
import type { RemoteCameras } from "../client/receive_all.ts";
import type { DecodedCameras } from "../decode/decode_cameras.ts";
import type { DecodeStage } from "../decode/stage.ts";
import type { Feed } from "../flow/feed.ts";
import { now } from "../time/clock.js";
import { withHint } from "./hint.ts";
import { type Log, named } from "./log.ts";
import { Outage } from "./outage.ts";

/**
 * Logs each change of the servers, of their cameras and of the decoders, and reminds of losses,
 * until the cameras are closed. With several cameras, each line starts with the camera's name.
 */
export async function reportCameras(
  cameras: RemoteCameras,
  stages: DecodedCameras,
  log: Log,
  remindMs?: number,
): Promise<void> {
  const known = new WeakSet<Feed>();
  const servers = new Map<string, ServerReport>();
  for await (const stagesByName of stages.follow()) {
    for (const [name, receiver] of cameras.latest ?? []) {
      const stage = stagesByName.get(name);
      if (known.has(receiver) || !stage) continue;
      known.add(receiver);
      const { host, port } = receiver.source;
      const address = `${host}:${port}`;
      const server = servers.get(address) ??
        new ServerReport(() => servers.size > 1 ? `${address}: ` : "", log, remindMs);
      servers.set(address, server);
      const isOneOfSeveral = () => (cameras.latest?.size ?? 0) > 1;
      const nameNow = () =>
        isOneOfSeveral()
          ? [...cameras.latest!].find(([, one]) => one === receiver)?.[0] ?? name
          : undefined;
      const ownLog = () => named(log, nameNow());
      void server.follow(receiver);
      void reportRemoteCamera(receiver, ownLog, remindMs);
      void reportTransform(stage, ownLog);
    }
  }
}

/** The state of one server, which has a connection for each of its cameras. */
class ServerReport {
  readonly #prefix: () => string;
  readonly #log: Log;
  readonly #outage: Outage;
  readonly #lost = new Set<Receiver>();
  #wasConnected = false;

  /** @param prefix the name of this server among several. */
  constructor(prefix: () => string, log: Log, remindMs?: number) {
    this.#prefix = prefix;
    this.#log = log;
    this.#outage = new Outage(
      (reason, duration) => log.warn(`${reason}; still trying after ${duration}`),
      remindMs,
    );
  }

  async follow(receiver: Receiver): Promise<void> {
    for await (const status of receiver.connection.follow()) {
      if (status.state === "connected") this.#connected(receiver);
      else if (status.retryAt !== undefined) {
        this.#lost.add(receiver);
        const isRefused = status.state === "refused" && receiver.refusal;
        const reason = isRefused ? withHint(receiver.refusal!) : status.reason!;
        const seconds = Math.max(0, status.retryAt - now()) / 1000;
        if (!this.#outage.add(reason)) continue;
        this.#log.warn(`${reason}; trying again, next in ${seconds.toFixed(1)} s`);
      }
    }
    this.#lost.delete(receiver);
    if (this.#lost.size === 0) this.#outage.end();
  }

  #connected(receiver: Receiver): void {
    this.#lost.delete(receiver);
    if (this.#lost.size > 0) return;
    if (this.#outage.end() || !this.#wasConnected) this.#log.info(`${this.#prefix()}connected`);
    this.#wasConnected = true;
  }
}

async function reportRemoteCamera(
  receiver: Receiver,
  log: () => Log,
  remindMs?: number,
): Promise<void> {
  using outage = new Outage(
    (reason, duration) => log().warn(`camera still lost after ${duration}: ${reason}`),
    remindMs,
  );
  let last = "";
  for await (const camera of receiver.status.follow()) {
    // A lost connection is reported as such.
    const isConnected = receiver.source.status.state === "connected";
    if (camera.state !== "lost" || !isConnected) outage.end();
    else if (outage.add(camera.reason)) log().warn(`camera lost: ${camera.reason}`);
    if (!isConnected || camera.state === last) continue;
    last = camera.state;
    if (camera.state === "live") log().info("camera live");
    else if (camera.state === "idle") log().info("camera idle: nobody watches");
  }
}

async function reportTransform({ transform }: DecodeStage, log: () => Log): Promise<void> {
  for await (const status of transform.follow()) {
    if (status.state === "working") log().info("the transform works");
    else log().warn(`the transform does nothing: ${status.reason}`);
  }
}
