/** Thrown for a command line that makes no sense: the message says what would. */
export class UsageError extends Error {
  override name = "UsageError";
}
