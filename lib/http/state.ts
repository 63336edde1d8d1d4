/**
 * What `/state` says: where the pictures come from, and how they fare.
 *
 * @module
 */

import type { ViewerState } from "./viewer.ts";

/** All of `/state`. */
export interface State extends FeedState {
  /** Who watches. */
  readonly viewers: readonly ViewerState[];
}

/** What is known of the frames before they reach a viewer. */
export interface FeedState {
  /** Milliseconds since 1970, by the clock that frames carry the time of. */
  readonly now: number;
  /** The server that frames come from. */
  readonly source: {
    readonly host: string;
    readonly port: number;
    readonly state: "connecting" | "connected" | "refused";
    readonly reconnects: number;
    /** Why it is not connected. */
    readonly reason?: string;
    /** When it is tried again, in milliseconds from now. */
    readonly retryInMs?: number;
  };
  /** The camera behind it. */
  readonly camera: {
    readonly name: string | null;
    readonly state: "live" | "starting" | "lost" | "unknown";
    /** Why it is not live. */
    readonly reason: string | null;
    /** Of the newest picture, in pixels. */
    readonly width: number | null;
    /** Of the newest picture, in pixels. */
    readonly height: number | null;
  };
  /** Counts since the start, and the rates of the last seconds. */
  readonly frames: {
    /** Frames that came from the server. */
    readonly received: number;
    /** Frames that were handed to viewers. */
    readonly published: number;
    /** Frames that do not decode. */
    readonly corrupt: number;
    /** Frames left out for a newer one, on either side of the wire. */
    readonly skipped: number;
    /** Published, a second. */
    readonly fps: number;
    /** Published, a second. */
    readonly bytesPerSecond: number;
  };
  /** From capture to publication here, in milliseconds, by the server's clock. */
  readonly latencyMs: {
    /** Null before the first frame. */
    readonly p50: number | null;
    /** Null before the first frame. */
    readonly p95: number | null;
  };
  /** What is seen of the newest picture without looking at it; null where none is decoded. */
  readonly scene: {
    /** The share of the picture that has changed since the one before, 0 to 1. */
    readonly motion: number;
    /** 0 (black) to 1 (white). */
    readonly brightness: number;
    /** The most motion in each of the last 60 seconds, oldest first. */
    readonly lastMinute: readonly number[];
  } | null;
  /** What is done to frames, and what it takes. */
  readonly decode: {
    readonly mode: "check" | "transform" | "off";
    /** Why the transform does nothing. */
    readonly error: string | null;
    /** Milliseconds; null before the first frame. */
    readonly p50Ms: number | null;
    /** Milliseconds; null before the first frame. */
    readonly p95Ms: number | null;
  };
}

/** Why no pictures come, in a sentence without its full stop; undefined while they do. */
export function trouble({ source, camera }: FeedState): string | undefined {
  if (source.state !== "connected") {
    return source.reason ?? `Connecting to ${source.host}:${source.port}`;
  }
  if (camera.state === "live") return undefined;
  if (camera.state === "unknown") return `No picture comes from ${source.host}:${source.port}`;
  return camera.reason ?? `The camera is ${camera.state}`;
}
