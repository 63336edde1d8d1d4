import { CommanderError } from "commander";
import { onAbort } from "../time/on_abort.ts";
import { withHint } from "./hint.ts";
import { complain } from "./log.ts";
import { notAllowed } from "./not_allowed.ts";
import { UsageError } from "./options.ts";

/** The signals that end a program in an orderly way. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** How long an orderly end may take, in milliseconds, whatever is open. */
const SHUTDOWN_MS = 5000;

/**
 * Runs `main` until it returns or a signal comes, which aborts its `signal`. Then the process exits
 * with 0, with 2 after wrong usage, or with 1 after what cannot work; the last two with one sentence
 * on stderr.
 */
export async function run(name: string, main: (signal: AbortSignal) => Promise<void>) {
  const ending = new AbortController();
  const end = () => {
    // Somebody who asks twice does not want to wait for whatever hangs.
    if (ending.signal.aborted) Deno.exit(1);
    ending.abort();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), SHUTDOWN_MS));
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  try {
    await main(ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) Deno.exit(report(name, error));
  }
  Deno.exit(0);
}

/** Reports what went wrong; returns the exit status. */
function report(name: string, error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has reported it already. To commander, help and version are errors as well.
    return error.exitCode === 0 ? 0 : 2;
  }
  complain(`${name}: ${describe(error)}`);
  return error instanceof UsageError ? 2 : 1;
}

function describe(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return notAllowed(error);
  return error instanceof Error ? withHint(error) : String(error);
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => onAbort(signal, () => resolve()));
}
