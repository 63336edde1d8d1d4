/** The log: one line an event on stderr. */

import { cleanText } from "../access/clean_text.ts";
import { RateLimit } from "../time/rate_limit.ts";
import { withPriority } from "./journal.ts";
import { dim, failure, warning } from "./style.ts";
import { complain, isTerminal, print } from "./terminal.ts";

/** The format of lines: for people, or for programs. */
export type LogFormat = "text" | "json";

/** How much a line matters. */
export type Level = "debug" | "info" | "warn" | "error";

/** Writes lines. */
export interface Log {
  /** The one line on stdout that says where the program listens. */
  ready(message: string): void;
  /** Logs something that a user wants to know. */
  info(message: string): void;
  /** Logs something that a user may want to fix. */
  warn(message: string): void;
  /** Logs the error that ended the program. */
  error(message: string): void;
  /** Whether it is for people, who can also see a live line. */
  readonly isForPeople: boolean;
  /** Logs something that only `--verbose` shows. */
  debug(message: string): void;
}

/** How many lines of each level are written in a second; further ones are only counted. */
export const MAX_LINES_PER_SECOND = 20;
/** How long a line may be, in characters: much of it may come from strangers. */
export const MAX_LINE = 1000;

const PAINT: Readonly<Partial<Record<Level, (text: string) => string>>> = {
  debug: dim,
  warn: warning,
  error: failure,
};

/**
 * Creates the log of one program. Strangers can neither forge lines nor flood it. Lines have a time
 * if a person reads them; otherwise, the program that collects them adds it.
 */
export function createLog(name: string, format: LogFormat, verbose: boolean): Log {
  const lineOf = (level: Level, text: string) => {
    const message = cleanText(text, MAX_LINE);
    const at = new Date();
    if (format === "json") {
      return JSON.stringify({ time: at.toISOString(), level, name, message });
    }
    const { [level]: paint = (text: string) => text } = PAINT;
    const time = isTerminal ? `${dim(at.toTimeString().slice(0, 8))} ` : "";
    return `${time}${paint(`${name}: ${message}`)}`;
  };
  const writeLine = (level: Level, text: string) =>
    complain(withPriority(level, lineOf(level, text)));
  // Each level has its own limit, so that visitors who come and go do not hide a warning.
  const limited = (level: Level) => {
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
    isForPeople: format === "text" && isTerminal,
    ready: (message) => print(format === "json" ? lineOf("info", message) : `${name}: ${message}`),
    info: limited("info"),
    warn: limited("warn"),
    error: (message) => writeLine("error", message),
    debug: (message) => {
      if (verbose) debug(message);
    },
  };
}

/** The same log, with a name in front of each line; without a name, the log itself. */
export function named(log: Log, name: string | undefined): Log {
  if (name === undefined) return log;
  const withName = (write: (message: string) => void) => (message: string) =>
    write(`${name}: ${message}`);
  return {
    ...log,
    info: withName(log.info),
    warn: withName(log.warn),
    error: withName(log.error),
    debug: withName(log.debug),
  };
}
