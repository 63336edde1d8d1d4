/**
 * Loaded ahead of a thread of a program under test: collects its garbage when it is asked to.
 *
 * @module
 */

import { COLLECT, collectHere } from "./collect_here.ts";

const thread = self as unknown as Worker;
thread.addEventListener("message", (event) => {
  if (event.data?.type !== COLLECT) return;
  // The module's own listener is not to see it.
  event.stopImmediatePropagation();
  thread.postMessage({ type: COLLECT, live: collectHere() });
});
await import(new URL(import.meta.url).searchParams.get("module")!);
