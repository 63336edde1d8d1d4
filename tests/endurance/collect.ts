/**
 * Loaded ahead of a program under test, with V8's `gc` exposed: each SIGUSR2 collects all garbage,
 * that of its threads as well, gives what malloc keeps for later back to the system, and tells so on
 * stderr. What is left is what the program needs; how much lies about at a time is the choice of
 * collector and malloc, and swings by more than a leak of twenty minutes: the thread that checks
 * lets 8 MiB come together, and takes as long for that.
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

/** A thread that loads `collect_thread.ts` ahead of its module. */
class CollectingThread extends Thread {
  #collected: ((live: number) => void) | undefined;

  constructor(module: string | URL, options?: WorkerOptions) {
    const ahead = new URL("./collect_thread.ts", import.meta.url);
    ahead.searchParams.set("module", String(module));
    super(ahead, options);
    threads.add(this);
    // Before any listener of the program's, which is not to see it.
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
  // deno-lint-ignore no-console -- how the test knows it
  console.error(`collected ${++times}: ${live / 2 ** 20}`);
});
