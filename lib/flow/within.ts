/**
 * A promise that may take only so long.
 *
 * @module
 */

/** Thrown when something took too long; the message says what. */
export class LateError extends Error {
  override name = "LateError";
}

/**
 * What `promise` gives, if it settles within `ms` milliseconds, which may be infinitely many. What
 * it waits on goes on by itself after that; whoever calls must end it.
 *
 * @throws {LateError} with `words`, when it does not.
 */
export async function within<T>(ms: number, promise: Promise<T>, words: string): Promise<T> {
  if (!Number.isFinite(ms)) return await promise;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new LateError(words)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
