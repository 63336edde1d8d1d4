/**
 * Streams a webcam over a socket: `deno run -A server.ts`.
 *
 * @module
 */

import { openCamera } from "./lib/camera/camera.ts";
import { listWebcams } from "./lib/camera/find_webcam.ts";
import { cameraTable } from "./lib/cli/camera_table.ts";
import { createLog, print } from "./lib/cli/log.ts";
import {
  clientReporter,
  reportCamera,
  reportDropped,
  reportOpenDoor,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { serveCamera } from "./lib/cli/serve_camera.ts";
import { readServerOptions } from "./lib/cli/server_options.ts";
import { urlOf } from "./lib/http/url.ts";
import { listen } from "./lib/wire/listener.ts";

if (import.meta.main) {
  await run("server", async (signal) => {
    const { size, log: format, verbose, ...options } = readServerOptions(Deno.args);
    if (options.list) {
      const webcams = await listWebcams(signal);
      return print(options.json ? JSON.stringify(webcams, null, 2) : cameraTable(webcams));
    }
    const log = createLog("server", format, verbose === true);
    await using camera = openCamera({ ...options, ...size });
    const onTrouble = troubleReporter(log);
    const onClient = clientReporter(log);
    await using listener = listen(camera, { ...options, onClient, onTrouble });
    const { httpPort } = options;
    await using viewers = httpPort === undefined
      ? undefined
      : await serveCamera(camera, listener.address, { ...options, httpPort, onTrouble });
    await Promise.race([camera.ready, aborted(signal)]);
    void reportCamera(camera, log);
    reportDropped(camera, log, signal);
    if (options.token === undefined) {
      reportOpenDoor(listener.address, { secret: "--token", host: "--host" }, log);
    }
    if (viewers) log.info(`open ${urlOf(viewers.address, options)}`);
    const { hostname, port } = listener.address;
    const what = camera.info ? `${camera.info.name}, ${camera.info.mode}` : "none yet";
    print(`server: listening on ${hostname}:${port} (camera: ${what})`);
    await aborted(signal);
  });
}
