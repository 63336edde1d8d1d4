/**
 * Whether a file was saved.
 *
 * @module
 */

/** How often a file is looked at, in milliseconds. */
export const FILE_POLL_MS = 300;

/**
 * Calls `onSave` when the file has changed. It looks by itself now and then: editors save in so many
 * ways (in place, by renaming, over a network) that notifications miss some.
 */
export function watchFile(file: URL, onSave: () => void): Disposable {
  let last = stamp(file);
  const timer = setInterval(() => {
    const now = stamp(file);
    if (now === last) return;
    last = now;
    onSave();
  }, FILE_POLL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What changes with each saving. */
function stamp(file: URL): string {
  try {
    const { mtime, size, ino } = Deno.statSync(file);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    // Between two steps of an editor's saving it may not be there.
    return "missing";
  }
}
