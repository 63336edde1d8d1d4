/**
 * The packages that only tests need. Deno fetches all packages in deno.json for users of the programs;
 * it fetches these only for importers of this module.
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
