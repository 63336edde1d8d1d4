/**
 * Streams a webcam over a socket: `deno run -A server.ts`.
 *
 * @module
 */

import "./lib/cli/deno_version.ts";
import { listWebcams } from "./lib/camera/find_webcam.ts";
import { cameraTable } from "./lib/cli/camera_table.ts";
import { counted, keepLive, serverLine } from "./lib/cli/live_line.ts";
import { openDevice } from "./lib/cli/open_device.ts";
import {
  clientReporter,
  reportCamera,
  reportDropped,
  reportOpenDoor,
  reportPlainPassword,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { readServerOptions } from "./lib/cli/server_options.ts";
import { addressRows, clientRow, showSummary } from "./lib/cli/summary.ts";
import { print } from "./lib/cli/terminal.ts";
import { urlOf } from "./lib/http/url.ts";
import { listen } from "./lib/server/listen.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("server", readServerOptions, async (options, log, signal) => {
    if (options.list) {
      const webcams = await listWebcams(signal);
      return print(options.json ? JSON.stringify(webcams, null, 2) : cameraTable(webcams));
    }
    await using camera = openDevice({ ...options, ...options.size });
    const onClient = clientReporter(log);
    const onTrouble = troubleReporter(log);
    await using server = listen(camera, { ...options, onClient, onTrouble });
    const { hostname: host, port } = server.address;
    await using viewers = options.viewers &&
      await serveViewers(camera, {
        ...options.viewers,
        source: { host, port },
        onTrouble,
        onRefused: onTrouble,
      });
    await Promise.race([camera.ready, aborted(signal)]);
    void reportCamera(camera, log);
    reportDropped(camera, log, signal);
    const isOpen = options.token === undefined;
    if (isOpen) reportOpenDoor(server.address, { secret: "--token", host: "--host" }, log);
    if (viewers) {
      log.info(`open ${urlOf(viewers.address, options)}`);
      reportPlainPassword(viewers.address, options, log);
    }
    const mode = camera.info ? `${camera.info.name}, ${camera.info.mode}` : "none yet";
    log.ready(`listening on ${host}:${port} (camera: ${mode})`);
    if (!log.isForPeople) return await aborted(signal);
    showSummary("server", [
      ["Camera", camera.info?.name ?? "none yet"],
      ["Mode", camera.info?.mode],
      clientRow(server.address, options.token),
      ...viewers ? addressRows(viewers.address, { cert: options.cert, isOpen }) : [],
    ]);
    keepLive(
      serverLine(camera, () =>
        [
          counted(server.clients, "client"),
          ...viewers ? [counted(viewers.viewers, "viewer")] : [],
        ].join(" · ")),
      signal,
    );
    await aborted(signal);
  });
}
