/**
 * Shows the cameras of socketcam servers on a local HTTP port: `deno run -A client.ts --host x`.
 *
 * @module
 */

import "./lib/cli/deno_version.ts";
import { keepRenewed } from "./lib/cli/certificates.ts";
import { readClientOptions } from "./lib/cli/client_options.ts";
import { keepLinkKey } from "./lib/cli/link_key.ts";
import { clientLine, counted, keepLive } from "./lib/cli/live_line.ts";
import { openBrowser } from "./lib/cli/open_browser.ts";
import { reportOpenDoor, reportPlainPassword, troubleReporter } from "./lib/cli/report.ts";
import { reportCameras } from "./lib/cli/report_cameras.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { addressRows, showSummary } from "./lib/cli/summary.ts";
import { receiveAll } from "./lib/client/receive_all.ts";
import { decodeCameras } from "./lib/decode/decode_cameras.ts";
import { urlOf } from "./lib/http/url.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("client", readClientOptions, async (options, log, signal) => {
    const onTrouble = troubleReporter(log);
    await using cameras = receiveAll(options.servers, { ...options, onTrouble });
    await using stages = decodeCameras(cameras, options);
    await using viewers = await serveViewers(stages, {
      ...options.viewers,
      onTrouble,
      onRefused: onTrouble,
    });
    using _ = options.pair && keepRenewed(options.pair, [viewers], log);
    using _links = options.viewers.links &&
      keepLinkKey(options.linkKey!, options.viewers.links, log);
    reportCameras(cameras, stages, log).catch(() => {});
    const isOpen = !options.viewers.credentials;
    if (isOpen) {
      reportOpenDoor(viewers.address, { secret: "--http-user", host: "--http-host" }, log);
    }
    reportPlainPassword(viewers.address, options.viewers, {
      secret: "the password",
      fix: "add --http-cert and --http-key",
    }, log);
    const url = urlOf(viewers.address, options.viewers);
    const servers = options.servers.map(({ host, port }) => `${host}:${port}`);
    log.ready(`open ${url} (from ${servers.join(", ")})`);
    if (log.isForPeople) {
      showSummary("client", [
        ...servers.map((server, i) => [i === 0 ? "Server" : "", server] as const),
        ...addressRows(viewers.address, { cert: options.viewers.cert, isOpen }),
      ]);
      keepLive(clientLine(stages, () => counted(viewers.viewers, "viewer")), signal);
    }
    if (options.open) openBrowser(url).catch((error) => log.warn(error.message));
    await Promise.race([cameras.ended, aborted(signal)]);
  });
}
