/**
 * `results.md`, its charts, and `results.json`.
 *
 * @module
 */

import { show } from "./figure.ts";
import { drawLines } from "./line_chart.ts";
import { type Claim, isMet, type Measurement, type Table } from "./measurement.ts";
import { compare } from "./versions.ts";

/** Where, when and how long it was measured. */
export interface Setting {
  readonly at: string;
  readonly machine: string;
  readonly rounds: number;
  readonly minutes: number;
}

/** Writes the report into a folder. */
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
  const comparisons = measurements.flatMap(compare);
  const json = JSON.stringify({ ...setting, measurements, comparisons }, null, 2);
  await Deno.writeTextFile(new URL("results.json", folder), `${json}\n`);
}

function markdown(setting: Setting, measurements: readonly Measurement[]): string {
  const { at, machine, rounds, minutes } = setting;
  return [
    "# The figures",
    `\`deno task bench\` measured this on ${at}, on ${machine}, in ${Math.round(minutes)} ` +
    `minutes. It measured everything in turn, round after round, ${rounds} times. A figure is the ` +
    "median, followed by the smallest and the largest value if they differ by more than a tenth.",
    "## Targets",
    claimTable(measurements.flatMap(({ claims }) => claims)),
    ...comparisonTable(measurements),
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
    columns: ["", "measured", "target", ""],
    rows: claims.map((claim) => [claim.what, show(claim.value), target(claim), verdict(claim)]),
  });
}

function comparisonTable(measurements: readonly Measurement[]): string[] {
  const comparisons = measurements.flatMap(compare);
  if (comparisons.length === 0) return [];
  return [
    "## Now and before",
    "This checkout and another one, measured in turn.",
    markdownTable({
      columns: ["", "now", "before", "now / before"],
      rows: comparisons.map(({ what, now, before, ratio }) => [what, now, before, ratio]),
    }),
  ];
}

function target({ atLeast, atMost }: Claim): string {
  return atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
}

/** Whether a claim is met, in words. */
export function verdict(claim: Claim): string {
  const met = isMet(claim);
  return met === null ? "not measured" : met ? "met" : "**missed**";
}

function markdownTable({ columns, rows }: Omit<Table, "title">): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, i) => i === 0 ? "---" : "---:");
  return [line(columns), line(rule), ...rows.map((row) => line(row.map(show)))].join("\n");
}
