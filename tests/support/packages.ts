/**
 * The packages that only tests need. Deno fetches all of those in deno.json for whoever runs a program;
 * these it fetches for whoever imports this module.
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
