/**
 * Prints the programs that the server's task lets it run, separated by commas: those that read webcams,
 * what `SOCKETCAM_RUN` names, and then `kill`, which ends what these have started.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";

const extra = Deno.env.get("SOCKETCAM_RUN");
print(["ffmpeg", "v4l2-ctl", "jpegtran", ...extra ? [extra, "kill"] : []].join(","));
