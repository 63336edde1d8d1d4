/** Names of cameras: as they are typed, in paths of HTTP and on the wire. */

/** The most characters of a name. */
export const MAX_NAME = 32;
/** What a name is made of. */
const NAME = new RegExp(`^[a-z0-9][a-z0-9_-]{0,${MAX_NAME - 1}}$`, "i");

/** What it is made of with the name of its server in front. */
const LONG_NAME = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

/** What else is the first part of a path of HTTP. */
const RESERVED: readonly string[] = [
  ...["stream", "snapshot", "ws", "state", "metrics", "healthz", "lib"],
  ...["cameras", "recordings", "events", "controls"],
];

/**
 * Why a camera cannot have this name, as the end of a sentence; undefined if it can. Numbers are the
 * names of cameras that were given none.
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

/** Whether a camera can have this name, be it a number, or with its server's name in front. */
export function isCameraName(name: string): boolean {
  return LONG_NAME.test(name) && !RESERVED.includes(name.toLowerCase());
}
