import { Counter, Gauge, Registry } from "prom-client";
import type { State } from "./state.ts";

/** The media type of {@linkcode metrics}. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * All numbers of the states, in the format of Prometheus, with their meanings, in base units. With
 * several cameras, each number has its camera's name as a label.
 */
export async function metrics(states: ReadonlyMap<string, State>): Promise<string> {
  // A registry for each scrape, because the numbers are counted elsewhere.
  const registers = [new Registry()];
  const isLabelled = states.size !== 1;
  const labelOf = (camera: string) => isLabelled ? { camera } : {};
  const labels = isLabelled ? ["camera"] : [];
  const each = (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    read: (state: State) => number | undefined,
  ) => {
    const metric = new Kind({ name: `socketcam_${name}`, help, labelNames: labels, registers });
    for (const [camera, state] of states) {
      const value = read(state);
      if (value !== undefined) metric.inc(labelOf(camera), value);
    }
  };
  const gauge = each.bind(undefined, Gauge);
  const counter = each.bind(undefined, Counter);
  const quantiles = (name: string, help: string, read: (state: State) => Quantiles) => {
    const labelNames = [...labels, "quantile"];
    const metric = new Gauge({ name: `socketcam_${name}`, help, labelNames, registers });
    for (const [camera, state] of states) {
      const { p50, p95 } = read(state);
      if (p50 !== null) metric.set({ ...labelOf(camera), quantile: "0.5" }, p50 / 1000);
      if (p95 !== null) metric.set({ ...labelOf(camera), quantile: "0.95" }, p95 / 1000);
    }
  };
  const isConnected = ({ source }: State) => source.state === "connected";
  const isLive = ({ camera }: State) => camera.state === "live" && camera.reason === null;
  gauge("source_connected", "Whether the server is connected.", (state) => +isConnected(state));
  gauge("camera_live", "Whether the camera gives frames.", (state) => +isLive(state));
  const isIdle = ({ camera }: State) => camera.state === "idle";
  const sleeps = "Whether the camera sleeps because nobody watches.";
  gauge("camera_idle", sleeps, (state) => +isIdle(state));
  gauge("viewers", "Open streams.", ({ viewerCount }) => viewerCount);
  gauge("frames_per_second", "Frames published a second.", ({ frames }) => frames.fps);
  gauge("bytes_per_second", "Bytes published a second.", ({ frames }) => frames.bytesPerSecond);
  if ([...states.values()].some(({ scene }) => scene !== null)) {
    const changed = "The share of the picture that has changed.";
    gauge("motion_ratio", changed, ({ scene }) => scene?.motion);
    gauge("brightness_ratio", "The mean brightness, 0 to 1.", ({ scene }) => scene?.brightness);
  }
  const reconnects = "Connections lost and established again.";
  counter("reconnects_total", reconnects, ({ source }) => source.reconnects);
  const received = "Frames received from the server.";
  counter("frames_received_total", received, ({ frames }) => frames.received);
  const published = "Frames passed on to viewers.";
  counter("frames_published_total", published, ({ frames }) => frames.published);
  const corrupt = "Frames that did not decode.";
  counter("frames_corrupt_total", corrupt, ({ frames }) => frames.corrupt);
  const warned = "Frames that were damaged, but shown.";
  counter("frames_warned_total", warned, ({ frames }) => frames.warned);
  const skipped = "Frames skipped for a newer one.";
  counter("frames_skipped_total", skipped, ({ frames }) => frames.skipped);
  quantiles("latency_seconds", "From capture to publication.", ({ latencyMs }) => latencyMs);
  const decodes = "How long a frame takes to decode.";
  quantiles("decode_seconds", decodes, ({ decode }) => ({ p50: decode.p50Ms, p95: decode.p95Ms }));
  return await registers[0].metrics();
}

/** In milliseconds; null while unknown. */
interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
}
