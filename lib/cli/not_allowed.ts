/** A sentence that names the missing permission, and how to give it in one line. */
export function notAllowed(error: Deno.errors.NotCapable): string {
  const { what, object } = missing(error);
  if (!what) return error.message;
  return `Deno does not allow ${what} access to ${object}; ${howToAllow(error)}`;
}

/** How to give the missing permission. */
export function howToAllow(error: Deno.errors.NotCapable): string {
  const { what, object } = missing(error);
  const fix = FIXES[what]?.(object) ?? `start it with --allow-${what}=${object} as well`;
  return `${fix}, or use deno run -A`;
}

function missing({ message }: Deno.errors.NotCapable): { what: string; object: string } {
  const [, what = "", object = ""] = /^Requires (\w+) access to "(.+)", run again/.exec(message) ??
    [];
  return { what, object };
}

const FIXES: Readonly<Record<string, (object: string) => string>> = {
  // The tasks pass this on (tools/readable.ts); elsewhere it does nothing.
  read: (object) => `put SOCKETCAM_READ=${object} in front of deno task`,
  run: (object) =>
    `put SOCKETCAM_RUN=${object} in front of deno task, or start it with --allow-run=${object} as well`,
  // Access to everything has no flag of its own.
  all: () => "start it with --allow-all",
};
