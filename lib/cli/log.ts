/**
 * What the terminal shows: one line an event on stderr, and on stdout the one line that says where
 * the program listens. Nothing else in the project writes to the terminal.
 */

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

/** Creates the log of one program. */
export function createLog(name: string, format: LogFormat, verbose: boolean): Log {
  const write = (level: string, message: string) => {
    const line = format === "json"
      ? JSON.stringify({ time: new Date().toISOString(), level, name, message })
      : `${name}: ${message}`;
    complain(line);
  };
  return {
    info: (message) => write("info", message),
    warn: (message) => write("warn", message),
    debug: (message) => {
      if (verbose) write("debug", message);
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
