/** Names of cameras, on the command line, in HTTP paths and on the wire. */

/** The most characters of a name. */
export const MAX_NAME = 32;
/** What a name is made of. */
const NAME = new RegExp(`^[a-z0-9][a-z0-9_-]{0,${MAX_NAME - 1}}$`, "i");

/** What a name is made of that starts with its server's name. */
const LONG_NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

/** Words that are the first part of other HTTP paths. */
const RESERVED: readonly string[] = [
  ...["stream", "snapshot", "ws", "state", "metrics", "healthz", "lib"],
  ...["cameras", "recordings", "events", "controls"],
];

/**
 * Why a camera cannot have this name, as the end of a sentence; undefined if it can. Numbers are
 * the names of cameras without a name.
 */
export function nameFault(name: string): string | undefined {
  if (!NAME.test(name)) {
    return `takes letters, digits, - and _, at most ${MAX_NAME}, and starts with a letter or a digit`;
  }
  if (/^\d+$/.test(name)) return "needs a letter, because numbers are for cameras without a name";
  if (RESERVED.includes(name.toLowerCase())) {
    return `must be another one, because the path /${name.toLowerCase()} is in use`;
  }
}

/** Whether a camera can have this name, which may be a number, or start with its server's name. */
export function isCameraName(name: string): boolean {
  return LONG_NAME.test(name) && !RESERVED.includes(name.toLowerCase());
}
