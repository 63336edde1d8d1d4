/**
 * The packages that only tests and the bench need. Deno downloads every package of the lock file, so
 * these have one of their own, tests/deno.lock: users of the programs download none of them.
 *
 * @module
 */

export { default as axe } from "npm:axe-core@4.14.1";
export type { AxeResults } from "npm:axe-core@4.14.1";
export { default as fc } from "npm:fast-check@4.10.2";
export {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "npm:playwright-core@1.65.1";
