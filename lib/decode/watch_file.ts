/** How often the file is checked, in milliseconds. */
export const FILE_POLL_MS = 300;

/**
 * Calls `onSave` when the file has changed. It polls: editors save in so many ways (in place, by
 * renaming, over a network) that notifications miss some. A file that is missing for a while is not
 * a save: an editor may remove it before it writes the new one.
 */
export function watchFile(file: URL | string, onSave: () => void): Disposable {
  let last = stamp(file);
  const timer = setInterval(() => {
    const now = stamp(file);
    if (now === undefined || now === last) return;
    last = now;
    onSave();
  }, FILE_POLL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Changes whenever the file is saved; undefined while it is missing. */
function stamp(file: URL | string): string | undefined {
  try {
    const { mtime, size, ino } = Deno.statSync(file);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}
