/** A sentence that names the missing permission. */
export function notAllowed({ message }: Deno.errors.NotCapable): string {
  const [, what, object] = /^Requires (\w+) access to "(.+)", run again/.exec(message) ?? [];
  if (!what) return message;
  // Access to everything has no flag of its own.
  const flag = what === "all" ? "" : `--allow-${what}=${object} as well, or with `;
  return `Deno does not allow ${what} access to ${object}; start it with ${flag}deno run -A`;
}
