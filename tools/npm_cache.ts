/**
 * Prints the folder where Deno keeps npm packages, for the tasks that allow a program to read it.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";

const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
print(JSON.parse(new TextDecoder().decode(stdout)).npmCache);
