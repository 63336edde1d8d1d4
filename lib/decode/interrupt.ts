import vm from "node:vm";

/** Thrown by {@linkcode interruptible} when it takes too long. */
export class InterruptError extends Error {
  override name = "InterruptError";
}

// A script has no parameters; this is how it gets the function.
const JOB = Symbol.for("socketcam.job");
const script = new vm.Script(`globalThis[Symbol.for("socketcam.job")]()`);

/** Deno has no public way to this; without it, an endless loop that awaits is not stopped. */
const core: { runMicrotasks?(): void } | undefined = Reflect.get(
  Deno,
  Reflect.get(Deno, "internal") ?? "",
)?.core;

/**
 * Runs `job`, and stops it after `ms` milliseconds, even in an endless loop of JavaScript or
 * WebAssembly. Outside of any other job, also in one that awaits what is there already.
 * `Worker.terminate()` cannot do that in Deno: such a loop keeps its thread, and a core, for as long as
 * the process lives. It costs 10 µs.
 *
 * @throws {InterruptError} when it was stopped.
 */
export function interruptible<T>(job: () => T, ms: number): T {
  const run = () => {
    const result = job();
    // What goes on at once is part of the job.
    if (result instanceof Promise) core?.runMicrotasks?.();
    return result;
  };
  Reflect.defineProperty(globalThis, JOB, { value: run, configurable: true });
  try {
    return script.runInThisContext({ timeout: ms });
  } catch (error) {
    if (!(error instanceof Error && Reflect.get(error, "code") === TIMED_OUT)) throw error;
    throw new InterruptError(`it took over ${ms / 1000} s`);
  }
}

const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";
