/** Thrown for wrong usage; the message says what is right. */
export class UsageError extends Error {
  override name = "UsageError";
}
