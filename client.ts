/**
 * Shows the frames of a socketcam server on a local HTTP port: `deno run -A client.ts --host x`.
 *
 * @module
 */

import "./lib/cli/deno_version.ts";
import { readClientOptions } from "./lib/cli/client_options.ts";
import { clientLine, counted, keepLive } from "./lib/cli/live_line.ts";
import { openBrowser } from "./lib/cli/open_browser.ts";
import {
  reportOpenDoor,
  reportReceiver,
  reportTransform,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { addressRows, showSummary } from "./lib/cli/summary.ts";
import { receive } from "./lib/client/receive.ts";
import { decodeFrames } from "./lib/decode/decode_frames.ts";
import { urlOf } from "./lib/http/url.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("client", readClientOptions, async (options, log, signal) => {
    await using remote = receive(options.host, options);
    await using stage = decodeFrames(remote, options);
    const onTrouble = troubleReporter(log);
    await using viewers = await serveViewers(stage, {
      ...options.viewers,
      onTrouble,
      onRefused: onTrouble,
    });
    void reportReceiver(remote, log);
    void reportTransform(stage, log);
    const isOpen = !options.viewers.credentials;
    if (isOpen) {
      reportOpenDoor(viewers.address, { secret: "--http-user", host: "--http-host" }, log);
    }
    const url = urlOf(viewers.address);
    log.ready(`open ${url} (from ${options.host}:${options.port})`);
    if (log.isForPeople) {
      showSummary("client", [
        ["Server", `${options.host}:${options.port}`],
        ...addressRows(viewers.address, { isOpen }),
      ]);
      keepLive(clientLine(remote, stage, () => counted(viewers.viewers, "viewer")), signal);
    }
    if (options.open) openBrowser(url).catch((error) => log.warn(error.message));
    await Promise.race([remote.frames.ended, aborted(signal)]);
  });
}
