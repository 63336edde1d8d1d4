/**
 * Preloaded into a program under test, with V8's `gc` exposed. On SIGUSR2 it collects all garbage,
 * in the workers too, returns malloc's unused memory to the system, and reports on stderr what is
 * left. That is what the program needs. The garbage in between varies by more than a leak of twenty
 * minutes: the check's worker alone accumulates 8 MiB in that time.
 *
 * @module
 */

import { COLLECT, collectHere } from "./collect_here.ts";

/** https://man7.org/linux/man-pages/man3/malloc_trim.3.html */
const libc = Deno.dlopen("libc.so.6", {
  malloc_trim: { parameters: ["usize"], result: "i32" },
});
const Thread = globalThis.Worker;
const threads = new Set<CollectingThread>();
let times = 0;

/** A worker that loads `collect_thread.ts` before its module. */
class CollectingThread extends Thread {
  #collected: ((live: number) => void) | undefined;

  constructor(module: string | URL, options?: WorkerOptions) {
    const ahead = new URL("./collect_thread.ts", import.meta.url);
    ahead.searchParams.set("module", String(module));
    super(ahead, options);
    threads.add(this);
    // Registered before the program's listeners, which must not see this message.
    this.addEventListener("message", (event) => {
      if (event.data?.type !== COLLECT) return;
      event.stopImmediatePropagation();
      this.#collected?.(event.data.live);
    });
  }

  collect(): Promise<number> {
    return new Promise((resolve) => {
      this.#collected = resolve;
      this.postMessage({ type: COLLECT });
    });
  }

  override terminate(): void {
    threads.delete(this);
    this.#collected?.(0);
    super.terminate();
  }
}

globalThis.Worker = CollectingThread;
Deno.addSignalListener("SIGUSR2", async () => {
  const lives = [collectHere(), ...await Promise.all(Array.from(threads, (one) => one.collect()))];
  libc.symbols.malloc_trim(0n);
  const live = lives.reduce((sum, one) => sum + one, 0);
  // deno-lint-ignore no-console -- the test reads it
  console.error(`collected ${++times}: ${live / 2 ** 20}`);
});
