import { CommanderError } from "commander";
import { onAbort } from "../time/on_abort.ts";
import { clientCommand } from "./client_options.ts";
import {
  nameOf,
  ourVariables,
  type Program,
  unknownVariables,
  variablesOf,
} from "./environment.ts";
import { withHint } from "./hint.ts";
import { createLog, type Log, type LogFormat } from "./log.ts";
import { notAllowed } from "./not_allowed.ts";
import { wantedFormat } from "./options.ts";
import { serverCommand } from "./server_options.ts";
import { type ServiceManager, serviceManager } from "./service_manager.ts";
import { showLive } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** The signals that end a program in an orderly way. */
export const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** What the tasks let a program read and run, which are no options. */
const ALLOWED = ["SOCKETCAM_READ", "SOCKETCAM_RUN"];

/** How long an orderly end may take, in milliseconds, even if something hangs. */
const SHUTDOWN_MS = 5000;

/** What the options of both programs have in common. */
interface CommonOptions {
  readonly log: LogFormat;
  readonly verbose?: true;
  /** Warnings about the options themselves. */
  readonly warnings: readonly string[];
}

/**
 * Reads the options and runs `main` until it returns or a signal comes, which aborts its `signal`.
 * Then the process exits with 0, with 2 after wrong usage, or with 1 after what cannot work; the last
 * two with one sentence on stderr.
 */
export async function run<Options extends CommonOptions>(
  program: Program,
  readOptions: (args: readonly string[]) => Options,
  main: (options: Options, log: Log, signal: AbortSignal) => Promise<void>,
) {
  const ending = new AbortController();
  const end = () => {
    // A second signal means that the user does not want to wait.
    if (ending.signal.aborted) Deno.exit(1);
    ending.abort();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), SHUTDOWN_MS));
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, end);
  let log = createLog(program, "text", false);
  try {
    // Errors of the options are logged in the format that they ask for.
    log = createLog(program, wantedFormat(program, Deno.args), false);
    const options = readOptions(Deno.args);
    log = createLog(program, options.log, options.verbose === true);
    for (const warning of [...await warningsOfVariables(), ...options.warnings]) log.warn(warning);
    using manager = serviceManager(ending.signal);
    await main(options, manager ? { ...log, ready: told(log, manager) } : log, ending.signal);
  } catch (error) {
    if (!ending.signal.aborted) Deno.exit(report(log, error));
  }
  showLive("");
  Deno.exit(0);
}

/** Tells the service manager what the log says once the program is ready. */
function told(log: Log, manager: ServiceManager): Log["ready"] {
  return (message) => {
    log.ready(message);
    manager.ready(message);
  };
}

/** A warning for each environment variable that neither program has. */
export async function warningsOfVariables(): Promise<string[]> {
  const names = ourVariables();
  if (names.length === 0) return [];
  const commands = { server: serverCommand(), client: clientCommand() };
  const known = (["server", "client"] as const).flatMap((program) =>
    ["log", "verbose", ...commands[program].options.map(nameOf)]
      .flatMap((name) => variablesOf(program, name))
  );
  return await unknownVariables([...new Set([...ALLOWED, ...known])], names);
}

/** Reports an error; returns the exit status. */
function report(log: Log, error: unknown): number {
  // To commander, help and version are errors as well.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  showLive("");
  log.error(describe(error));
  return error instanceof UsageError || error instanceof CommanderError ? 2 : 1;
}

function describe(error: unknown): string {
  if (error instanceof CommanderError) {
    const sentence = error.message.replace(/^error: /, "").replaceAll("\n", " ");
    return `${sentence} (--help shows all options)`;
  }
  if (error instanceof Deno.errors.NotCapable) return notAllowed(error);
  return error instanceof Error ? withHint(error) : String(error);
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => onAbort(signal, () => resolve()));
}
