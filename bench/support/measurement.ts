/**
 * What a measurement gives, for `results.md` and `results.json`.
 *
 * @module
 */

import type { Cell } from "./figure.ts";
import type { LineChart } from "./line_chart.ts";

/** What a run of the bench is to do. */
export interface Run {
  /** How often each thing is measured, in turn with the others. */
  readonly rounds: number;
  /** Whether it has to be short. */
  readonly quick: boolean;
  /** Says on the terminal what is measured now. */
  readonly progress: (what: string) => void;
}

/** What was measured. */
export interface Measurement {
  readonly title: string;
  /** What exactly the figures are of, in paragraphs. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly pictures: readonly Picture[];
  readonly claims: readonly Claim[];
}

/** A table of figures. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A picture of figures, under the name of its file. */
export interface Picture {
  readonly name: string;
  readonly chart: LineChart;
}

/** What a figure is to be. */
export interface Claim {
  readonly what: string;
  /** What was measured; null, where it could not be. */
  readonly value: number | null;
  readonly atLeast?: number;
  readonly atMost?: number;
  /**
   * Where a ratio lies on any machine, however busy: outside, something is broken, and the quick
   * run fails. Absolute figures have none.
   */
  readonly band?: readonly [least: number, most: number];
}

/** Whether it is as it is to be; null, where it was not measured. */
export function isMet({ value, atLeast = -Infinity, atMost = Infinity }: Claim): boolean | null {
  return value === null ? null : value >= atLeast && value <= atMost;
}

/** Whether it lies where it lies on any machine. */
export function isInBand({ value, band: [least, most] = [-Infinity, Infinity] }: Claim): boolean {
  return value === null || value >= least && value <= most;
}

/** One thing that is measured beside others. */
export interface Contender<Sample> {
  readonly name: string;
  /** Measures it once. */
  readonly measure: () => Promise<Sample>;
}

/** Measures all in turn, round after round: A B A B. A round that fails is left out. */
export async function inTurn<Sample>(
  { rounds, quick, progress }: Run,
  what: string,
  contenders: readonly Contender<Sample>[],
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, measure } of contenders) {
      progress(`${what}, round ${round} of ${rounds}: ${name}`);
      try {
        samples.get(name)!.push(await measure());
      } catch (error) {
        if (quick) throw error;
        progress(`${what}: ${name} failed: ${(error as Error).message.split("\n")[0]}`);
      }
    }
  }
  return samples;
}
