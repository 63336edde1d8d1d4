/**
 * The table of faults in docs/reliability.md, written by the tests that measure them.
 *
 * @module
 */

/** What a test measured. */
export interface Row {
  readonly fault: string;
  /** What the viewer saw. */
  readonly saw: string;
  /** From the end of the cause to the first new picture, in milliseconds. */
  readonly recoveryMs: number;
  /** The log line, if there is one. */
  readonly told?: string;
}

/** The variable with the document's path; nothing is written without it. */
const DOCUMENT = "RELIABILITY_TABLE";

/** The parts of log lines that differ from run to run, and what to write instead. */
const CHANCE: readonly (readonly [RegExp, string])[] = [
  [/\/\S*\/(?=transform\.ts)/, ""],
  [/(127\.0\.0\.1|server\.test):\d+/, "$1:PORT"],
  [/Port \d+/, "Port 9999"],
];

/** Adds a row to the table, or replaces the one of the same fault. */
export async function record({ fault, saw, recoveryMs, told }: Row): Promise<void> {
  const path = Deno.env.get(DOCUMENT);
  if (path === undefined) return;
  const words = CHANCE.reduce((text, [what, instead]) => text?.replace(what, instead), told);
  const cells = [
    fault,
    saw,
    `${(recoveryMs / 1000).toFixed(1)} s`,
    words ? `\`${words}\`` : "nothing",
  ];
  const row = `| ${cells.join(" | ")} |`;
  const lines = (await Deno.readTextFile(path)).split("\n");
  const name = (line: string) => /^\| (.*?) +\|/.exec(line)?.[1];
  const same = lines.findIndex((line) => name(line) === fault);
  const last = lines.findLastIndex((line) => line.startsWith("|"));
  if (same >= 0) lines[same] = row;
  else lines.splice(last + 1, 0, row);
  await Deno.writeTextFile(path, lines.join("\n"));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", path] }).output();
}
