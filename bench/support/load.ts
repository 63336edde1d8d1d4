/**
 * What one way does in some seconds.
 *
 * @module
 */

import type { Process } from "./process.ts";
import type { Way } from "./way.ts";

/** How long a rate runs before it is measured, in milliseconds. */
const SETTLING_MS = 500;

/** What was seen. */
export interface Load {
  /** Frames that reached the viewer, a second. */
  readonly fps: number;
  /** Ages of these frames since they left the camera, in milliseconds; null where it is not told. */
  readonly ages: readonly (number | null)[];
  /** The same, since the server took them. */
  readonly serverAges: readonly (number | null)[];
  /** What each of the programs between camera and viewer has cost, in their order. */
  readonly movers: readonly Cost[];
}

/** What one program has cost. */
export interface Cost {
  readonly name: string;
  /** CPU time of it alone, in milliseconds a frame. */
  readonly cpu: number;
  /** CPU time of what it has started, in milliseconds a frame. */
  readonly children: number;
  /** Memory, in MB. */
  readonly memory: number;
}

interface Taken {
  readonly seconds: number;
  readonly frames: readonly number[];
  readonly ages: readonly (readonly [number | null, number | null])[];
}

/** Runs a way at a rate, or as fast as it goes, and measures it. */
export async function measureLoad(
  { source, sink, movers }: Pick<Way, "source" | "sink" | "movers">,
  rate: number | "max",
  seconds: number,
): Promise<Load> {
  await source?.ask(`rate ${rate}`);
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  const before = await Promise.all(movers.map((mover) => mover.cpu()));
  const taken = await sink.ask<Taken>(`measure ${seconds}`);
  const after = await Promise.all(movers.map((mover) => mover.cpu()));
  const [frames] = taken.frames;
  if (frames === 0) throw new Error(`nothing came: ${complaints(movers)}`);
  return {
    fps: frames / taken.seconds,
    ages: taken.ages.map(([sinceCamera]) => sinceCamera),
    serverAges: taken.ages.map(([, sinceServer]) => sinceServer),
    movers: movers.map((mover, i) => ({
      name: mover.name,
      cpu: (after[i].own - before[i].own) / frames,
      children: (after[i].children - before[i].children) / frames,
      memory: mover.memory(),
    })),
  };
}

function complaints(movers: readonly Process[]): string {
  return movers.map(({ name, stderr }) => `${name}: ${stderr.trim()}`).join("; ");
}
