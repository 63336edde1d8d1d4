/**
 * The frame around a program: signals in, exit status out.
 *
 * @module
 */

import { CommanderError } from "commander";
import { complain } from "./log.ts";
import { notAllowed } from "./not_allowed.ts";
import { UsageError } from "./usage_error.ts";

/** The signals that end a program in good order. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs `main` until it returns or a signal comes, which aborts its `signal`. Then the process
 * exits: with 0, with 2 after wrong usage, with 1 after what cannot work; the last two with one
 * sentence on stderr.
 */
export async function run(name: string, main: (signal: AbortSignal) => Promise<void>) {
  const ending = new AbortController();
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => ending.abort());
  try {
    await main(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) Deno.exit(report(name, error));
  }
  Deno.exit(0);
}

/** Says what went wrong; returns the exit status. */
function report(name: string, error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has said it already; help and version are errors to it, but not to us.
    return error.exitCode === 0 ? 0 : 2;
  }
  complain(`${name}: ${inWords(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

function inWords(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return notAllowed(error);
  return error instanceof Error ? error.message : String(error);
}

/** Settles when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
