import vm from "node:vm";

/** Thrown by {@linkcode interruptible} when it takes too long. */
export class InterruptError extends Error {
  override name = "InterruptError";
}

// A script has no parameters; this is how it gets the function.
const JOB = Symbol.for("socketcam.job");
const script = new vm.Script(`globalThis[Symbol.for("socketcam.job")]()`);

/**
 * Runs `job`, and stops it after `ms` milliseconds, even in an endless loop of JavaScript or
 * WebAssembly. `Worker.terminate()` cannot do that in Deno: such a loop keeps its thread, and a core,
 * for as long as the process lives. It costs 10 µs.
 *
 * @throws {InterruptError} when it was stopped.
 */
export function interruptible<T>(job: () => T, ms: number): T {
  Reflect.defineProperty(globalThis, JOB, { value: job, configurable: true });
  try {
    return script.runInThisContext({ timeout: ms });
  } catch (error) {
    if (!(error instanceof Error && Reflect.get(error, "code") === TIMED_OUT)) throw error;
    throw new InterruptError(`it took over ${ms / 1000} s`);
  }
}

const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";
