/**
 * What the terminal shows: on stderr, one line an event; on stdout, the one line that says where it
 * listens. Nothing else in the project writes to the terminal.
 *
 * @module
 */

/** How lines look: for people, or for programs. */
export type LogFormat = "text" | "json";

/** Writes lines. */
export interface Log {
  /** Something a user wants to know. */
  info(message: string): void;
  /** Something a user may want to mend. */
  warn(message: string): void;
  /** Something only asked for by `--verbose`. */
  debug(message: string): void;
}

/** A log in the name of one program. */
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

/** Where nothing can be written, as on a full disk, the line is lost, and the program goes on. */
function write(line: () => void): void {
  try {
    line();
  } catch {
    // There is nowhere left to say it.
  }
}
