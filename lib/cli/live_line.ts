/** The live line of a terminal: the current rates, in one line that changes once a second. */

import type { DecodedCameras } from "../decode/decode_cameras.ts";
import type { Feed, Source } from "../flow/feed.ts";
import { now } from "../time/clock.js";
import type { Device } from "./open_device.ts";
import { dim } from "./style.ts";
import { columns, showLive } from "./terminal.ts";

/** How often it changes, in milliseconds. */
const CHANGE_MS = 1000;

/** Shows a line until `signal` is aborted. */
export function keepLive(read: () => string, signal: AbortSignal): void {
  const timer = setInterval(() => showLive(dim(read().slice(0, columns() - 1))), CHANGE_MS);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    showLive("");
  });
}

/** The line of server.ts. `count` says how many watch. */
export function serverLine(cameras: readonly Device[], count: () => string): () => string {
  const read = () => ({
    at: performance.now(),
    frames: sum(cameras.map(({ arrivals }) => arrivals.received)),
    bytes: sum(cameras.map(({ counts }) => counts.bytes)),
  });
  let last = read();
  return () => {
    const before = last;
    last = read();
    const seconds = (last.at - before.at) / 1000;
    const fps = (last.frames - before.frames) / seconds;
    const live = liveOf(cameras);
    if (fps > 0) return join(live, rates(fps, (last.bytes - before.bytes) / seconds), count());
    return join(live, withoutFrames(cameras), count());
  };
}

/** The line of client.ts. `count` says how many watch. */
export function clientLine(stages: DecodedCameras, count: () => string): () => string {
  return () => {
    const now = [...stages.latest?.values() ?? []];
    const waiting = now.length === 1 ? waitingFor(now[0].source) : undefined;
    if (waiting !== undefined) return waiting;
    const stats = now.map((stage) => stage.stats());
    const fps = sum(stats.map(({ fps }) => fps));
    const live = liveOf(now);
    if (fps === 0) return join(live, withoutFrames(now), count());
    const bytesPerSecond = sum(stats.map(({ bytesPerSecond }) => bytesPerSecond));
    // With several cameras, the oldest picture counts.
    const ages = stats.flatMap(({ latencyMs: { p50 } }) => p50 === null ? [] : [p50]);
    const age = ages.length === 0 ? "" : `${Math.round(Math.max(...ages))} ms`;
    return join(live, rates(fps, bytesPerSecond), count(), age);
  };
}

/** The state of a server that is not connected; undefined if it is. */
function waitingFor(source: Source | undefined): string | undefined {
  if (source?.status.state !== "connecting") return undefined;
  const { retryAt } = source.status;
  if (retryAt === undefined) return "connecting";
  return `trying again in ${Math.max(0, Math.round((retryAt - now()) / 1000))} s`;
}

/** How many of several cameras give frames. */
function liveOf(feeds: readonly Feed[]): string {
  if (feeds.length === 1) return "";
  const live = feeds.filter(({ status }) => status.latest?.state === "live").length;
  return `${live} of ${counted(feeds.length, "camera")} live`;
}

/** A number of something, in words. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** The text instead of rates. */
function withoutFrames(feeds: readonly Feed[]): string {
  if (feeds.length !== 1) return "no frames";
  const { latest: status } = feeds[0].status;
  if (status?.state === "idle") return "the camera sleeps until somebody watches";
  return status?.state === "lost" ? "camera lost" : "no frames";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function rates(fps: number, bytesPerSecond: number): string {
  return join(`${fps.toFixed(1)} fps`, `${(bytesPerSecond * 8 / 1e6).toFixed(1)} Mbit/s`);
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
