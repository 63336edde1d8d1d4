import { Counter, Gauge, Registry } from "prom-client";
import type { State } from "./state.ts";

/** The media type of {@linkcode metrics}. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** All numbers of the state in the format of Prometheus, with their meanings, in base units. */
export async function metrics(state: State): Promise<string> {
  const { source, camera, frames, latencyMs, decode, scene, viewerCount } = state;
  // A registry for each scrape, since the numbers are counted elsewhere and only shown here.
  const registers = [new Registry()];
  const counter = (name: string, help: string, value: number) =>
    new Counter({ name: `socketcam_${name}`, help, registers }).inc(value);
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `socketcam_${name}`, help, registers }).set(value);
  const quantiles = (name: string, help: string, p50: number | null, p95: number | null) => {
    const options = { name: `socketcam_${name}`, help, labelNames: ["quantile"], registers };
    const metric = new Gauge(options);
    if (p50 !== null) metric.set({ quantile: "0.5" }, p50 / 1000);
    if (p95 !== null) metric.set({ quantile: "0.95" }, p95 / 1000);
  };
  const isLive = camera.state === "live" && camera.reason === null;
  const isConnected = source.state === "connected";
  gauge("source_connected", "Whether the server is connected.", Number(isConnected));
  gauge("camera_live", "Whether the camera gives frames.", Number(isLive));
  const isIdle = camera.state === "idle";
  gauge("camera_idle", "Whether the camera sleeps, since nobody watches.", Number(isIdle));
  gauge("viewers", "Open streams.", viewerCount);
  gauge("frames_per_second", "Frames published a second.", frames.fps);
  gauge("bytes_per_second", "Bytes published a second.", frames.bytesPerSecond);
  if (scene) {
    gauge("motion_ratio", "The share of the picture that has changed.", scene.motion);
    gauge("brightness_ratio", "The mean brightness, 0 to 1.", scene.brightness);
  }
  counter("reconnects_total", "Connections lost and established again.", source.reconnects);
  counter("frames_received_total", "Frames received from the server.", frames.received);
  counter("frames_published_total", "Frames passed on to viewers.", frames.published);
  counter("frames_corrupt_total", "Frames that did not decode.", frames.corrupt);
  counter("frames_warned_total", "Frames that were damaged, but shown.", frames.warned);
  counter("frames_skipped_total", "Frames skipped for a newer one.", frames.skipped);
  quantiles("latency_seconds", "From capture to publication.", latencyMs.p50, latencyMs.p95);
  quantiles("decode_seconds", "How long a frame takes to decode.", decode.p50Ms, decode.p95Ms);
  return await registers[0].metrics();
}
