/** systemd's journal takes the level of a line from the start of it. */

import { fstatSync } from "node:fs";
import { allowedVariable } from "./allowed_variable.ts";
import type { Level } from "./log.ts";

/** Levels as syslog numbers them. @see https://www.freedesktop.org/software/systemd/man/sd-daemon.html */
const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

const STDERR = 2;

/**
 * Whether stderr is the journal. The variable alone does not say so: what a service starts inherits
 * it, and may write somewhere else.
 *
 * @see https://www.freedesktop.org/software/systemd/man/systemd.exec.html#%24JOURNAL_STREAM
 */
function writesToJournal(): boolean {
  const stream = allowedVariable("JOURNAL_STREAM");
  if (stream === undefined) return false;
  const { dev, ino } = fstatSync(STDERR, { bigint: true });
  return stream === `${dev}:${ino}`;
}

const isJournal = writesToJournal();

/** The line as the journal wants it; unchanged where stderr is something else. */
export function withPriority(level: Level, line: string): string {
  return isJournal ? `<${PRIORITIES[level]}>${line}` : line;
}
