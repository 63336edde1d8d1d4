/** Colours, if wanted: https://no-color.org, https://bixense.com/clicolors. */

import { bold, cyan, dim, red, setColorEnabled, yellow } from "@std/fmt/colors";
import { isTerminal } from "./terminal.ts";

const isForced = ["FORCE_COLOR", "CLICOLOR_FORCE"].some((name) => /^(?!0$)./.test(read(name)));
const isWanted = read("NO_COLOR") === "" && (isForced || isTerminal);

// By default, only NO_COLOR counts.
setColorEnabled(isWanted);

/** What matters; what can be overlooked; an address to open; what a user may want to fix; a failure. */
export { bold, cyan as link, dim, red as failure, yellow as warning };

function read(name: string): string {
  try {
    return Deno.env.get(name) ?? "";
  } catch {
    // Deno does not allow it.
    return "";
  }
}
