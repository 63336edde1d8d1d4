/**
 * Loaded before a worker's module in a program under test: collects garbage on request.
 *
 * @module
 */

import { COLLECT, collectHere } from "./collect_here.ts";

const thread = self as unknown as Worker;
thread.addEventListener("message", (event) => {
  if (event.data?.type !== COLLECT) return;
  // The module's listener must not see this message.
  event.stopImmediatePropagation();
  thread.postMessage({ type: COLLECT, live: collectHere() });
});
await import(new URL(import.meta.url).searchParams.get("module")!);
