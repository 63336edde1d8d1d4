/**
 * Why an address cannot be listened on.
 *
 * @module
 */

/** The reason as a sentence that names the mend; `option` is what chooses another port. */
export function listenError(
  error: unknown,
  { hostname, port, option }: { hostname: string; port: number; option: string },
): Error {
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    return new Error(
      `Port ${port} is taken; end the program that has it, or choose another with ${option}`,
    );
  }
  return new Error(`Cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
}
