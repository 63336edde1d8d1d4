/**
 * What the terminal shows: one line an event on stderr, and on stdout the one line that says where
 * the program listens. Nothing else in the project writes to the terminal.
 */

import { cleanText } from "../access/clean_text.ts";
import { RateLimit } from "../time/rate_limit.ts";

/** The format of lines: for people, or for programs. */
export type LogFormat = "text" | "json";

/** Writes lines. */
export interface Log {
  /** Something a user wants to know. */
  info(message: string): void;
  /** Something a user may want to fix. */
  warn(message: string): void;
  /** Something that only `--verbose` shows. */
  debug(message: string): void;
}

/** How many lines of each level are written in a second; the others are counted. */
export const MAX_LINES_PER_SECOND = 20;
/** How long a line may be, in characters: much of it may come from strangers. */
export const MAX_LINE = 1000;

/** Creates the log of one program. Strangers can neither forge lines nor flood it. */
export function createLog(name: string, format: LogFormat, verbose: boolean): Log {
  const writeLine = (level: string, text: string) => {
    const message = cleanText(text, MAX_LINE);
    const line = format === "json"
      ? JSON.stringify({ time: new Date().toISOString(), level, name, message })
      : `${name}: ${message}`;
    complain(line);
  };
  // Each level has its own limit, so that visitors who come and go do not hide a warning.
  const limited = (level: string) => {
    const rate = new RateLimit(MAX_LINES_PER_SECOND);
    let leftOut = 0;
    const reportLeftOut = () => {
      writeLine(
        level,
        `${leftOut} lines were left out, more than ${MAX_LINES_PER_SECOND} a second`,
      );
      leftOut = 0;
    };
    return (message: string) => {
      if (rate.allows()) writeLine(level, message);
      else if (leftOut++ === 0) setTimeout(reportLeftOut, 1000);
    };
  };
  const debug = limited("debug");
  return {
    info: limited("info"),
    warn: limited("warn"),
    debug: (message) => {
      if (verbose) debug(message);
    },
  };
}

/** Writes a line to stdout. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the one place for it
  write(() => console.log(line));
}

/** Writes a line to stderr. */
export function complain(line: string): void {
  // deno-lint-ignore no-console -- the one place for it
  write(() => console.error(line));
}

/** Where nothing can be written, as on a full disk, the line is lost and the program goes on. */
function write(line: () => void): void {
  try {
    line();
  } catch {
    // There is nowhere to report it.
  }
}
