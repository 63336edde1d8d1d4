/**
 * Prints the programs that the server's task lets it run, separated by commas: those that read webcams,
 * and what `SOCKETCAM_RUN` names.
 *
 * @module
 */

import { print } from "../lib/cli/terminal.ts";

print(["ffmpeg", "v4l2-ctl", Deno.env.get("SOCKETCAM_RUN")].filter(Boolean).join(","));
