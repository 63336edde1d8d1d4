/**
 * `results.md`, its pictures, and `results.json`.
 *
 * @module
 */

import { show } from "./figure.ts";
import { drawLines } from "./line_chart.ts";
import { type Claim, isMet, type Measurement, type Table } from "./measurement.ts";

/** Where and when it was measured. */
export interface Setting {
  readonly at: string;
  readonly machine: string;
  readonly rounds: number;
  readonly minutes: number;
}

/** Writes all of it into a folder. */
export async function writeReport(
  folder: URL,
  setting: Setting,
  measurements: readonly Measurement[],
): Promise<void> {
  await Deno.mkdir(new URL("pictures/", folder), { recursive: true });
  for (const { name, chart } of measurements.flatMap(({ pictures }) => pictures)) {
    await Deno.writeTextFile(new URL(`pictures/${name}.svg`, folder), drawLines(chart));
  }
  await Deno.writeTextFile(new URL("results.md", folder), markdown(setting, measurements));
  const json = JSON.stringify({ ...setting, measurements }, null, 2);
  await Deno.writeTextFile(new URL("results.json", folder), `${json}\n`);
}

function markdown(setting: Setting, measurements: readonly Measurement[]): string {
  const { at, machine, rounds, minutes } = setting;
  return [
    "# The figures",
    `Measured with \`deno task bench\` on ${at}, on ${machine}, in ${
      Math.round(minutes)
    } minutes. ` +
    `Everything was measured in turn, round after round, ${rounds} times; a figure is the median, ` +
    "with the least and the most behind it where they are more than a tenth of it apart.",
    "## What they are to be",
    claimTable(measurements.flatMap(({ claims }) => claims)),
    ...measurements.flatMap(section),
  ].join("\n\n") + "\n";
}

function section({ title, notes, tables, pictures }: Measurement): string[] {
  return [
    `## ${title}`,
    ...notes,
    ...tables.flatMap(({ title, ...table }) => [`### ${title}`, markdownTable(table)]),
    ...pictures.map(({ name, chart }) => `![${chart.title}](pictures/${name}.svg)`),
  ];
}

function claimTable(claims: readonly Claim[]): string {
  return markdownTable({
    columns: ["", "measured", "wanted", ""],
    rows: claims.map((claim) => [claim.what, show(claim.value), wanted(claim), verdict(claim)]),
  });
}

function wanted({ atLeast, atMost }: Claim): string {
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
}

/** What became of a claim, in a word. */
export function verdict(claim: Claim): string {
  const met = isMet(claim);
  return met === null ? "not measured" : met ? "met" : "**missed**";
}

function markdownTable({ columns, rows }: Omit<Table, "title">): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, i) => i === 0 ? "---" : "---:");
  return [line(columns), line(rule), ...rows.map((row) => line(row.map(show)))].join("\n");
}
