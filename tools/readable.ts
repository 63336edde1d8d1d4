/**
 * Prints what the tasks let a program read besides Deno's packages, separated by commas: this folder,
 * what `SOCKETCAM_READ` names, and the folder of systemd's credentials. Warns, on stderr, of
 * unknown variables, because a program with the tasks' permissions cannot list them.
 *
 * @module
 */

import { ourVariables } from "../lib/cli/environment.ts";
import { complain, print } from "../lib/cli/terminal.ts";

const extra = ["SOCKETCAM_READ", "CREDENTIALS_DIRECTORY"].map((name) => Deno.env.get(name));
print([".", ...extra].filter(Boolean).join(","));
if (ourVariables().length > 0) {
  // This module loads both programs' options, which are needed only here.
  const { warningsOfVariables } = await import("../lib/cli/run.ts");
  for (const warning of await warningsOfVariables()) complain(`socketcam: ${warning}`);
}
