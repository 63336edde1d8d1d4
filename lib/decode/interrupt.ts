import vm from "node:vm";

/** Thrown by {@linkcode interruptible} when it takes too long. */
export class InterruptError extends Error {
  override name = "InterruptError";
}

// A script has no parameters, so it gets the function this way.
const JOB = Symbol.for("socketcam.job");
const script = new vm.Script(`globalThis[Symbol.for("socketcam.job")]()`);

/** Deno has no public API for this; without it, an endless loop that awaits is not stopped. */
const core: { runMicrotasks?(): void } | undefined = Reflect.get(
  Deno,
  Reflect.get(Deno, "internal") ?? "",
)?.core;

/**
 * Runs `job`, and stops it after `ms` milliseconds, even in an endless loop of JavaScript or
 * WebAssembly. Call it outside of any other job; then it also stops a loop that awaits settled
 * promises. `Worker.terminate()` cannot do that in Deno: such a loop keeps its thread, and a core,
 * until the process ends. This costs 10 µs.
 *
 * @throws {InterruptError} when it was stopped.
 */
export function interruptible<T>(job: () => T, ms: number): T {
  const run = () => {
    const result = job();
    // Microtasks of the job are part of it.
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
