/** A started thread of either kind. */
export interface Thread {
  /** Resolves with its first message. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when it ends by itself. */
  readonly died: Promise<string>;
  /** Sends it the port for all other messages. */
  give(port: MessagePort): void;
  /** Ends it, unless it loops forever. */
  terminate(): void;
}

/**
 * Starts a worker. `heapMb` limits its JavaScript heap: a full heap ends the worker, not the whole
 * process. Such a worker costs 5 MB and 15 ms more.
 */
export function startWorker(module: URL, heapMb: number | undefined): Thread {
  return heapMb === undefined ? startPlain(module) : startLimited(module, heapMb);
}

function startPlain(module: URL): Thread {
  const worker = new Worker(module, { type: "module" });
  const ready = Promise.withResolvers<void>();
  const died = Promise.withResolvers<string>();
  worker.onmessage = () => ready.resolve();
  worker.onerror = (event) => {
    event.preventDefault();
    died.resolve(event.message);
  };
  return {
    ready: ready.promise,
    died: died.promise,
    give: (port) => worker.postMessage(port, [port]),
    terminate: () => worker.terminate(),
  };
}

function startLimited(module: URL, heapMb: number): Thread {
  const ready = Promise.withResolvers<void>();
  const died = Promise.withResolvers<string>();
  // Loaded when needed: it takes 5 ms.
  const starting = import("node:worker_threads").then(({ Worker }) => {
    const worker = new Worker(module, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    worker.on("message", () => ready.resolve());
    worker.on("error", (error: unknown) => died.resolve((error as Error)?.message ?? `${error}`));
    worker.on("exit", () => died.resolve("it left"));
    return worker;
  });
  return {
    ready: ready.promise,
    died: died.promise,
    // Node's type of a port has more methods than the web's; it is the same port.
    give: (port) => void starting.then((worker) => worker.postMessage(port, [port as never])),
    terminate: () => void starting.then((worker) => worker.terminate()),
  };
}
