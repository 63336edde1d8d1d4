import type { ViewerState } from "./viewer.ts";

/** The answer of `/state`: where frames come from, how well they come, and who watches. */
export interface State extends FeedState {
  /** A number that changes with the controls; null if viewers may not change them. */
  readonly controls: number | null;
  /** The first viewers of this endpoint. */
  readonly viewers: readonly ViewerState[];
  /** How many there are in all. */
  readonly viewerCount: number;
}

/** The state of the frames before they reach a viewer. */
export interface FeedState {
  /** The time by the clock that stamps the frames, in milliseconds since 1970. */
  readonly now: number;
  /** The server that frames come from. */
  readonly source: {
    readonly host: string;
    readonly port: number;
    readonly state: "connecting" | "connected" | "refused";
    readonly reconnects: number;
    /** Why it is not connected. */
    readonly reason?: string;
    /** How long until the next attempt, in milliseconds. */
    readonly retryInMs?: number;
  };
  /** The camera behind it. */
  readonly camera: {
    readonly name: string | null;
    readonly state: "live" | "starting" | "idle" | "lost" | "unknown";
    /** Why it is not live, or why no frame of it can be shown. */
    readonly reason: string | null;
    /** The newest frame's size, in pixels. */
    readonly width: number | null;
    readonly height: number | null;
  };
  /** Counts since the start, and the rates of the last seconds. */
  readonly frames: {
    /** Frames received from the server. */
    readonly received: number;
    /** Frames passed on to viewers. */
    readonly published: number;
    /** Frames among them that are damaged, or had to be repaired. */
    readonly warned: number;
    /** Frames that did not decode. */
    readonly corrupt: number;
    /** Frames skipped for a newer one, on either side of the wire. */
    readonly skipped: number;
    /** Frames published a second. */
    readonly fps: number;
    /** Bytes published a second. */
    readonly bytesPerSecond: number;
  };
  /** From capture to publication here, by the server's clock; null before the first frame. */
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  /** The newest frame's motion and brightness; null if frames are not decoded. */
  readonly scene: {
    /** The share of the frame that has changed since the one before, 0 to 1. */
    readonly motion: number;
    /** 0 (black) to 1 (white). */
    readonly brightness: number;
    /** The most motion in each of the last 60 seconds, oldest first. */
    readonly lastMinute: readonly number[];
  } | null;
  /** What is done to frames, and how long it takes; null before the first frame. */
  readonly decode: {
    readonly mode: "check" | "transform" | "off";
    /** Why the transform does not work. */
    readonly error: string | null;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
  };
}

/** Why no frames come, as a sentence without its full stop; undefined while they do. */
export function unavailableReason({ source, camera }: FeedState): string | undefined {
  if (source.state !== "connected") {
    return source.reason ?? `Connecting to ${source.host}:${source.port}`;
  }
  if (camera.reason !== null) return camera.reason;
  if (camera.state === "live" || camera.state === "idle") return undefined;
  if (camera.state === "unknown") return `No frames come from ${source.host}:${source.port}`;
  return `The camera is ${camera.state}`;
}
