/** A word: pieces in quotes or without. The backslash takes the meaning from what follows it. */
const WORD = /(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g;
const PIECE = /\\([^])|"((?:[^"\\]|\\[^])*)"|'([^']*)'/g;
/** What a backslash escapes within double quotes; in front of others, it stands for itself. */
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
