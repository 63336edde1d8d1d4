/**
 * Streams a webcam over a socket: `deno run -A server.ts`.
 *
 * @module
 */

import { listWebcams } from "./lib/camera/find_webcam.ts";
import { openCamera } from "./lib/camera/open_camera.ts";
import { cameraTable } from "./lib/cli/camera_table.ts";
import { createLog, print } from "./lib/cli/log.ts";
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
import { urlOf } from "./lib/http/url.ts";
import { listen } from "./lib/server/listen.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("server", async (signal) => {
    const options = readServerOptions(Deno.args);
    if (options.list) {
      const webcams = await listWebcams(signal);
      return print(options.json ? JSON.stringify(webcams, null, 2) : cameraTable(webcams));
    }
    const log = createLog("server", options.log, options.verbose === true);
    await using camera = openCamera({ ...options, ...options.size });
    const onClient = clientReporter(log);
    const onTrouble = troubleReporter(log);
    await using server = listen(camera, { ...options, onClient, onTrouble });
    const { hostname: host, port } = server.address;
    await using viewers = options.viewers &&
      await serveViewers(camera, { ...options.viewers, source: { host, port }, onTrouble });
    await Promise.race([camera.ready, aborted(signal)]);
    void reportCamera(camera, log);
    reportDropped(camera, log, signal);
    if (options.token === undefined) {
      reportOpenDoor(server.address, { secret: "--token", host: "--host" }, log);
    }
    if (viewers) {
      log.info(`open ${urlOf(viewers.address, options)}`);
      reportPlainPassword(viewers.address, options, log);
    }
    const mode = camera.info ? `${camera.info.name}, ${camera.info.mode}` : "none yet";
    print(`server: listening on ${host}:${port} (camera: ${mode})`);
    await aborted(signal);
  });
}
