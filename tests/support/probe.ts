/**
 * Tries what a program should not be able to do, and prints what worked. Arguments: `read:PATH`,
 * `write:PATH`, `run:PROGRAM` and `env:NAME`.
 *
 * @module
 */

import { print } from "../../lib/cli/terminal.ts";

const TRIES: Record<string, (object: string) => unknown> = {
  read: (path) =>
    Deno.statSync(path).isDirectory ? [...Deno.readDirSync(path)] : Deno.openSync(path),
  write: (path) => Deno.writeTextFileSync(path, ""),
  run: (program) => new Deno.Command(program, { stdout: "null", stderr: "null" }).outputSync(),
  env: (name) => Deno.env.get(name),
};

const done = Deno.args.filter((arg) => {
  const [, what, object] = /^(\w+):(.+)$/.exec(arg)!;
  try {
    TRIES[what](object);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
});
print(JSON.stringify(done));
