/** How much of a text from outside is shown, in characters. */
export const MAX_TEXT = 240;

/** Control characters, escape sequences, line breaks, and what turns the direction of text. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * A text from outside, safe to show in a terminal, a log, a page or a picture: unsafe characters are
 * escaped as in JSON, and a long text is shortened.
 */
export function cleanText(text: string, maxLength: number = MAX_TEXT): string {
  const escaped = text.slice(0, maxLength + 1).replace(UNSAFE, escape);
  return escaped.length > maxLength ? `${escaped.slice(0, maxLength - 1)}…` : escaped;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
