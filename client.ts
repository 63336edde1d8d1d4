/**
 * Shows the frames of a socketcam server on a local HTTP port: `deno run -A client.ts --host x`.
 *
 * @module
 */

import { readClientOptions } from "./lib/cli/client_options.ts";
import { createLog, print } from "./lib/cli/log.ts";
import { openBrowser } from "./lib/cli/open_browser.ts";
import {
  reportOpenDoor,
  reportReceiver,
  reportTransform,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { receive } from "./lib/client/receive.ts";
import { decodeFrames } from "./lib/decode/decode_frames.ts";
import { urlOf } from "./lib/http/url.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("client", async (signal) => {
    const options = readClientOptions(Deno.args);
    const log = createLog("client", options.log, options.verbose === true);
    await using remote = receive(options.host, options);
    await using stage = decodeFrames(remote, options);
    const onTrouble = troubleReporter(log);
    await using viewers = await serveViewers(stage, { ...options.viewers, onTrouble });
    void reportReceiver(remote, log);
    void reportTransform(stage, log);
    if (!options.viewers.credentials) {
      reportOpenDoor(viewers.address, { secret: "--http-user", host: "--http-host" }, log);
    }
    const url = urlOf(viewers.address);
    print(`client: open ${url} (from ${options.host}:${options.port})`);
    if (options.open) openBrowser(url).catch((error) => log.warn(error.message));
    await Promise.race([remote.frames.ended, aborted(signal)]);
  });
}
