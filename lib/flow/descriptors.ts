/**
 * When there are no more file descriptors.
 *
 * @module
 */

/** What is said then. */
export const OUT_OF_DESCRIPTORS =
  "Too many files are open: nobody else is let in until somebody leaves; allow more with ulimit -n";

/** Whether an error says that this process, or the whole system, has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EMFILE" || code === "ENFILE";
}
