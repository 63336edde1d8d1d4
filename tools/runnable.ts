/**
 * Prints the programs that `deno task server` may run, separated by commas: the programs for
 * webcams, those that `SOCKETCAM_RUN` names, and with these `kill`, which ends the processes that
 * they started.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";

const extra = Deno.env.get("SOCKETCAM_RUN");
print(["ffmpeg", "v4l2-ctl", "jpegtran", ...extra ? [extra, "kill"] : []].join(","));
