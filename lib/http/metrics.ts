/** The state in the format of Prometheus. */

import { Counter, Gauge, Registry } from "prom-client";
import type { State } from "./state.ts";

/** The media type of {@linkcode metrics}. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** All numbers of the state with their meanings, in base units. */
export async function metrics(state: State): Promise<string> {
  const { source, camera, frames, latencyMs, decode, scene, viewers } = state;
  // A registry for each scrape, since the numbers are counted elsewhere and only shown here.
  const registers = [new Registry()];
  const counter = (name: string, help: string, value: number) =>
    new Counter({ name: `socketcam_${name}`, help, registers }).inc(value);
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `socketcam_${name}`, help, registers }).set(value);
  const quantiles = (name: string, help: string, ms: Record<string, number | null>) => {
    const options = { name: `socketcam_${name}`, help, labelNames: ["quantile"], registers };
    const metric = new Gauge(options);
    for (const [quantile, value] of Object.entries(ms)) {
      if (value !== null) metric.set({ quantile }, value / 1000);
    }
  };
  gauge(
    "source_connected",
    "Whether the server is connected.",
    Number(source.state === "connected"),
  );
  gauge("camera_live", "Whether the camera gives frames.", Number(camera.state === "live"));
  gauge("viewers", "Open streams.", viewers.length);
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
  counter("frames_skipped_total", "Frames skipped for a newer one.", frames.skipped);
  quantiles("latency_seconds", "From capture to publication.", {
    "0.5": latencyMs.p50,
    "0.95": latencyMs.p95,
  });
  quantiles("decode_seconds", "How long a frame takes to decode.", {
    "0.5": decode.p50Ms,
    "0.95": decode.p95Ms,
  });
  return await registers[0].metrics();
}
