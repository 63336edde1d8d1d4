/**
 * What Deno was not told to allow, in words.
 *
 * @module
 */

/** An error of Deno's permissions as a sentence that names the mend. */
export function notAllowed({ message }: Deno.errors.NotCapable): string {
  const [, what, object] = /^Requires (\w+) access to "(.+)", run again/.exec(message) ?? [];
  if (!what) return message;
  // What only a program with all permissions may do has no permission of its own.
  const flag = what === "all" ? "" : `--allow-${what}=${object} as well, or with `;
  return `Deno does not allow it ${what} access to ${object}; start it with ${flag}deno run -A`;
}
