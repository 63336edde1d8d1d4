/** A word: pieces with or without quotes. A backslash makes the next character literal. */
const WORD = /(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g;
const PIECE = /\\([^])|"((?:[^"\\]|\\[^])*)"|'([^']*)'/g;
/** What a backslash escapes within double quotes; before other characters, it is literal. */
const ESCAPED = /\\(["\\$`])/g;

/**
 * Splits a command into words as shells do: at blanks, except within `"..."` and `'...'` and behind a
 * backslash. Nothing else has a meaning: neither `$`, `*`, `~`, `|` nor `>`.
 *
 * @returns undefined if a quote is not closed.
 */
export function splitCommand(command: string): string[] | undefined {
  if (command.replace(WORD, "").trim() !== "") return undefined;
  return (command.match(WORD) ?? []).map((word) =>
    word.replace(
      PIECE,
      (_, escaped?: string, double?: string, single?: string) =>
        escaped ?? single ?? double!.replace(ESCAPED, "$1"),
    )
  );
}
