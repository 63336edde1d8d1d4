/**
 * What went wrong in a user's module, and where, in one line: `/home/me/grey.ts:3: x is not defined`.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** The file and line of an error in a module, and the first line of its message. */
export function blame(module: string, error: unknown): string {
  const { message, stack = "" } = error instanceof Error
    ? error
    : { message: `it threw ${Deno.inspect(error)}` };
  // Deno puts colours into what it says of modules that do not load.
  const words = message.replaceAll(COLOUR, "");
  // A module that does not load, maybe one that is imported: the message tells where. An error of
  // a call has the module's own line somewhere in its trace.
  const [, file, line] = POSITION.exec(words) ??
    [...stack.matchAll(new RegExp(POSITION, "g"))].find(([, file]) => file === module) ??
    ["", module, lineOfDefault(module)];
  return `${fileURLToPath(file)}:${line}: ${words.split("\n")[0]}`;
}

// deno-lint-ignore no-control-regex -- this is what a colour is
const COLOUR = /\x1b\[[\d;]*m/g;
const POSITION = /(file:[^\s"]+?):(\d+):\d+/;

/** Where the module's function is, for what has no line of its own: a hang, a wrong result. */
function lineOfDefault(module: string): number {
  try {
    const before = Deno.readTextFileSync(new URL(module)).split(/^export default/m)[0];
    return before.split("\n").length;
  } catch {
    return 1;
  }
}
