import { now } from "../../time/clock.js";
import { address } from "./address.js";

/** How often to ask, in milliseconds. */
const POLL_MS = 1000;
/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 4000;
/** After a pause longer than this, in milliseconds, the machine has slept: connections are dead. */
const SLEPT_MS = 15_000;

/**
 * Asks for JSON once a second, while the page is visible.
 *
 * @param {string} path
 * @param {{ answer: (json: unknown, from: number) => void, wake: () => void, turn: () => void }} on
 *   `answer` gets undefined if there was none, and when it was asked; `wake` is called after the
 *   machine's sleep, which no connection survives and no event reports; `turn` when the page is hidden
 *   or visible again
 */
export function poll(path, on) {
  let timer;
  let turnedAt = Date.now();
  const turn = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    if (Date.now() - turnedAt > SLEPT_MS) on.wake();
    turnedAt = Date.now();
    const from = now();
    on.answer(await ask(path), from);
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(turn, POLL_MS);
  };
  document.addEventListener("visibilitychange", () => {
    on.turn();
    void turn();
  });
  on.turn();
  void turn();
}

async function ask(path) {
  try {
    const response = await fetch(address(path), { signal: AbortSignal.timeout(ANSWER_MS) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
