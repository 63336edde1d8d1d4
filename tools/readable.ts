/**
 * Prints what the tasks let a program read besides Deno's packages, separated by commas: this folder,
 * what `SOCKETCAM_READ` names, and the folder of systemd's credentials. Warns, on stderr, of variables
 * that mean nothing, because a program with the tasks' permissions cannot list them.
 *
 * @module
 */

import { ourVariables } from "../lib/cli/environment.ts";
import { complain, print } from "../lib/cli/terminal.ts";

const extra = ["SOCKETCAM_READ", "CREDENTIALS_DIRECTORY"].map((name) => Deno.env.get(name));
print([".", ...extra].filter(Boolean).join(","));
if (ourVariables().length > 0) {
  // It loads both programs' options, which nothing here needs otherwise.
  const { warningsOfVariables } = await import("../lib/cli/run.ts");
  for (const warning of await warningsOfVariables()) complain(`socketcam: ${warning}`);
}
