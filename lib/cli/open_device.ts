/** Opens what `--device` names: a camera of this machine or of the network, or another server's. */

import type { CameraCounts, CameraOptions } from "../camera/camera.ts";
import { listControls, type ListedControls } from "../camera/controls_of.ts";
import { openCamera } from "../camera/open_camera.ts";
import { receive, type ReceiveOptions, type Receiver } from "../client/receive.ts";
import { type RefusalCode, RefusedError } from "../client/refused_error.ts";
import { ControlError } from "../flow/controls.ts";
import type { CameraInfo, CameraStatus, Feed } from "../flow/feed.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { parseRelay, type RelayAddress } from "./relay_address.ts";
import { UsageError } from "./usage_error.ts";

/** An open camera of this program or of another server. */
export interface Device extends Feed, AsyncDisposable {
  /** Why it was last lost; undefined if it never was. */
  readonly error: Error | undefined;
  readonly counts: CameraCounts;
  /** Resolves when the camera's state is known; rejects when trying again cannot help. */
  readonly ready: Promise<void>;
}

/** Options of {@linkcode openDevice}. */
export interface DeviceOptions extends CameraOptions {
  /** This server's token, which is also the other server's unless the address contains one. */
  readonly token?: string;
}

/** Opens what `--device` names. @throws {UsageError} when it is a malformed address. */
export function openDevice(options: DeviceOptions): Device {
  const address = parseRelay(options.device ?? "");
  if (!address) return openCamera(options);
  const from = `${address.host}:${address.port}`;
  if (options.filter !== undefined) {
    const problem = `the frames of ${from} are passed on as they are`;
    const fix = "filter them there, and name the camera that it is for: --filter porch=hflip";
    throw new UsageError(`--filter is for cameras of this server: ${problem}; ${fix}`);
  }
  for (const name of ["rotate", "flip"] as const) {
    if (options[name] !== undefined) throw new UsageError(notHere(`--${name}`, from));
  }
  if (options.set !== undefined) throw new UsageError(notHere("--set", from));
  return new Relay(address, options);
}

/** The controls of some devices. @throws {UsageError} when one has none. */
export async function controlsOfAll(
  specs: readonly DeviceOptions[],
  signal: AbortSignal,
): Promise<ListedControls[]> {
  return await Promise.all(specs.map(async ({ device = "auto" }) => {
    const address = parseRelay(device);
    if (address) {
      throw new UsageError(notHere("--list-controls", `${address.host}:${address.port}`));
    }
    try {
      return await listControls({ ...ANY, device }, signal);
    } catch (error) {
      const isUsage = error instanceof ControlError && error.code === "no-controls";
      throw isUsage ? new UsageError(error.message) : error;
    }
  }));
}

/** Its controls do not depend on size, rate or filter. */
const ANY = { width: 1280, height: 720, fps: 30, quality: 80 };

function notHere(option: string, from: string): string {
  return `${option} is for cameras of this server: run it at ${from}, where the camera is`;
}

/** A wrong `--set` is wrong usage. */
function asUsage(error: unknown): unknown {
  if (!(error instanceof ControlError)) return error;
  const fix = error.code === "no-controls"
    ? "leave out --set, or name the camera that it is for: --set porch=brightness=10"
    : "--list-controls shows what --set can set";
  return new UsageError(`${error.message}; ${fix}`);
}

/**
 * Waits until the state of each is known.
 *
 * @throws the error of a camera that cannot work, with its name in front.
 */
export async function allReady(cameras: ReadonlyMap<string, Device>): Promise<void> {
  await Promise.all([...cameras].map(async ([name, { ready }]) => {
    try {
      await ready;
    } catch (cause) {
      const error = asUsage(cause);
      if (cameras.size > 1 && error instanceof Error) error.message = `${name}: ${error.message}`;
      throw error;
    }
  }));
}

/** The cameras in one line: a single one with its mode, several by their names. */
export function wordsFor(cameras: ReadonlyMap<string, Device>): string {
  const [{ info }] = cameras.values();
  if (cameras.size > 1) return [...cameras.keys()].join(", ");
  return info ? `${info.name}, ${info.mode}` : "none yet";
}

/** What to do about a refusal, in words of `--device`. */
const FIXES: Readonly<Partial<Record<RefusalCode, string>>> = {
  "no-token": "give it with --token, or in --device socketcam://:TOKEN@HOST",
  "wrong-token": "give the right one with --token, or in --device socketcam://:TOKEN@HOST",
  "speaks-tls": "write socketcams:// instead of socketcam://",
  "no-tls": "write socketcam:// instead of socketcams://",
  "other-name": "write one of its names into --device",
  "untrusted-certificate": "name its issuer in the environment: DENO_CERT=FILE",
};

/** Another server's camera. Frames keep their numbers and times, and are wanted there if wanted here. */
class Relay implements Device {
  readonly #receiver: Receiver;
  readonly frames: Hub<Frame>;
  readonly status: Hub<CameraStatus>;
  readonly ready: Promise<void>;
  readonly #always: Disposable | undefined;

  constructor({ token, ...address }: RelayAddress, options: DeviceOptions) {
    const { host, port, tls, camera } = address;
    const wanted: ReceiveOptions = {
      ...{ port, tls, token: token ?? options.token, signal: options.signal },
      ...camera !== undefined && { camera },
    };
    this.#receiver = receive(host, wanted);
    this.frames = this.#receiver.frames;
    this.status = this.#receiver.status;
    if (options.alwaysOn) this.#always = this.frames.subscribe();
    this.ready = Promise.race([this.#known(), this.frames.ended]).catch((error) => {
      throw error instanceof RefusedError ? refusal(error) : error;
    });
    this.ready.catch(() => {});
  }

  get info(): CameraInfo | undefined {
    return this.#receiver.info;
  }

  get controls(): Feed["controls"] {
    return this.#receiver.controls;
  }

  get source(): Feed["source"] {
    return this.#receiver.source;
  }

  get arrivals(): Feed["arrivals"] {
    return this.#receiver.arrivals;
  }

  get error(): Error | undefined {
    const { latest } = this.status;
    if (latest?.state !== "lost") return undefined;
    const { refusal: cause } = this.#receiver;
    return cause?.message === latest.reason ? refusal(cause) : new Error(latest.reason);
  }

  get counts(): CameraCounts {
    return { dropped: {}, startMs: null, bytes: this.#receiver.bytes };
  }

  now(): number {
    return this.#receiver.now();
  }

  /** Waits until the server has reported its camera's state, or cannot be reached. */
  async #known(): Promise<void> {
    using statuses = this.status.follow();
    for await (const { state } of statuses) {
      if (state === "lost" || state !== "starting" && this.info) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#always?.[Symbol.dispose]();
    await this.#receiver[Symbol.asyncDispose]();
  }
}

/**
 * The refusal, with what to do about it in terms of server.ts, whose options are not the client's.
 */
function refusal(cause: RefusedError): Error {
  const fix = FIXES[cause.code];
  return new Error(fix ? `${cause.message}; ${fix}` : cause.message, { cause });
}
