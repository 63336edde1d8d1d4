/** Calls `end` with the signal's reason once it is aborted, at once if it is; dispose to unlisten. */
export function onAbort(
  signal: AbortSignal | undefined,
  end: (reason: unknown) => void,
): Disposable {
  const listener = () => end(signal?.reason);
  if (signal?.aborted) listener();
  else signal?.addEventListener("abort", listener, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", listener) };
}
