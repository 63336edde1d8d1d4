/** Names of cameras: as they are typed, in paths of HTTP and on the wire. */

/** The most characters of a name. */
export const MAX_NAME = 32;
/** What a name is made of. */
const NAME = new RegExp(`^[a-z0-9][a-z0-9_-]{0,${MAX_NAME - 1}}$`, "i");

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
