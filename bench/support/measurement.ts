/**
 * What a measurement returns, for `results.md` and `results.json`.
 *
 * @module
 */

import type { Cell } from "./figure.ts";
import type { LineChart } from "./line_chart.ts";

/** The settings of one run of the bench. */
export interface Run {
  /** How often each contender is measured. */
  readonly rounds: number;
  /** Whether the run must be short. */
  readonly quick: boolean;
  /** The folder of another checkout of socketcam to measure too. */
  readonly against: string | undefined;
  /** Tells the terminal what is being measured. */
  readonly progress: (what: string) => void;
}

/** The figures of one measurement. */
export interface Measurement {
  readonly title: string;
  /** What exactly the figures mean, in paragraphs. */
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
  readonly pictures: readonly Picture[];
  readonly claims: readonly Claim[];
}

/** A table of figures; the first cell of each row is its name. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A chart and the name of its file. */
export interface Picture {
  readonly name: string;
  readonly chart: LineChart;
}

/** A figure with its target. */
export interface Claim {
  readonly what: string;
  /** The measured value; null if it could not be measured. */
  readonly value: number | null;
  readonly atLeast?: number;
  readonly atMost?: number;
  /**
   * The range of a ratio on any machine, however busy. Outside it something is broken, and the quick
   * run fails. Absolute figures have no such range.
   */
  readonly band?: readonly [least: number, most: number];
}

/** Whether the target is met; null if the value was not measured. */
export function isMet({ value, atLeast = -Infinity, atMost = Infinity }: Claim): boolean | null {
  return value === null ? null : value >= atLeast && value <= atMost;
}

/** Whether the value is in its band. */
export function isInBand({ value, band: [least, most] = [-Infinity, Infinity] }: Claim): boolean {
  return value === null || value >= least && value <= most;
}

/** One of several things measured side by side. */
export interface Contender<Sample> {
  readonly name: string;
  /** Measures it once. */
  readonly measure: () => Promise<Sample>;
}

/** Measures all contenders in turn, round after round: A B A B. Leaves out what fails. */
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
