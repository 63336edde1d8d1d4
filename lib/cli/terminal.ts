/**
 * Writes to the terminal: lines on stdout and stderr, and below them one live line that changes.
 * Nothing else in the project writes there.
 */

/** Goes back to the start of the line, and clears it. */
const CLEAR = "\r\x1b[K";
/** The width of a terminal that does not tell it, in columns. */
const COLUMNS = 80;

const encoder = new TextEncoder();

/** Whether a person reads stderr. */
export const isTerminal: boolean = Deno.stderr.isTerminal();
/** Whether a person reads stdout. */
const isTerminalOut = Deno.stdout.isTerminal();

/** The live line as it is shown. */
let live = "";

/** Writes a line to stdout. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the one place for it
  above(isTerminalOut, () => console.log(line));
}

/** Writes a line to stderr. */
export function complain(line: string): void {
  // deno-lint-ignore no-console -- the one place for it
  above(isTerminal, () => console.error(line));
}

/**
 * Replaces the live line, if a person reads stderr; an empty one removes it. It must be shorter
 * than {@linkcode columns}.
 */
export function showLive(line: string): void {
  if (!isTerminal) return;
  if (line !== live) write(() => Deno.stderr.writeSync(encoder.encode(CLEAR + line)));
  live = line;
}

/** How many columns the terminal has. */
export function columns(): number {
  try {
    return Deno.consoleSize().columns || COLUMNS;
  } catch {
    return COLUMNS;
  }
}

/** Writes a line above the live one. */
function above(isShared: boolean, line: () => void): void {
  const below = isShared ? live : "";
  if (below) write(() => Deno.stderr.writeSync(encoder.encode(CLEAR)));
  write(line);
  if (below) write(() => Deno.stderr.writeSync(encoder.encode(below)));
}

/** If writing fails, as on a full disk, the line is lost and the program continues. */
function write(text: () => unknown): void {
  try {
    text();
  } catch {
    // There is nowhere to report it.
  }
}
