/**
 * The cost and the result of a way over some seconds.
 *
 * @module
 */

import type { Process } from "./process.ts";
import type { Way } from "./way.ts";

/** How long a rate runs before it is measured, in milliseconds. */
const SETTLING_MS = 500;

/** The measured values. */
export interface Load {
  /** Frames a second that reached the viewer. */
  readonly fps: number;
  /** The frames' ages since they left the camera, in milliseconds; null if unknown. */
  readonly ages: readonly (number | null)[];
  /** The frames' ages since they reached the server. */
  readonly serverAges: readonly (number | null)[];
  /** The cost of each program between camera and viewer, in order. */
  readonly movers: readonly Cost[];
}

/** The cost of one program. */
export interface Cost {
  readonly name: string;
  /** Its own CPU time, in milliseconds a frame. */
  readonly cpu: number;
  /** The CPU time of its child processes, in milliseconds a frame. */
  readonly children: number;
  /** Its memory, in MB. */
  readonly memory: number;
}

interface Taken {
  readonly seconds: number;
  readonly frames: readonly number[];
  readonly ages: readonly (readonly [number | null, number | null])[];
}

/** Runs a way at a rate, or as fast as it can, and measures it. */
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
  if (frames === 0) throw new Error(`no frames came: ${complaints(movers)}`);
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
