import { fileURLToPath } from "node:url";

/** What went wrong in a user's module, and where: `/home/me/grey.ts:3: x is not defined`. */
export function blame(module: string, error: unknown): string {
  const { message, stack = "" } = error instanceof Error
    ? error
    : { message: `it threw ${Deno.inspect(error)}` };
  // Deno colours the errors of modules that do not load.
  const words = message.replaceAll(COLOUR, "");
  // If a module (perhaps an imported one) does not load, the message names the place. If a call
  // fails, the trace has the module's own line.
  const [, file, line] = POSITION.exec(words) ??
    [...stack.matchAll(new RegExp(POSITION, "g"))].find(([, file]) => file === module) ??
    ["", module, lineOfDefault(module)];
  return `${fileURLToPath(file)}:${line}: ${words.split("\n")[0]}`;
}

// deno-lint-ignore no-control-regex -- a colour starts with this character
const COLOUR = /\x1b\[[\d;]*m/g;
const POSITION = /(file:[^\s"]+?):(\d+):\d+/;

/** The line of the module's function, for an error without a line: a hang, a wrong result. */
function lineOfDefault(module: string): number {
  try {
    const before = Deno.readTextFileSync(new URL(module)).split(/^export default/m)[0];
    return before.split("\n").length;
  } catch {
    return 1;
  }
}
