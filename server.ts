/**
 * Streams webcams over a socket: `deno run -A server.ts`.
 *
 * @module
 */

import "./lib/cli/deno_version.ts";
import { listWebcams } from "./lib/camera/find_webcam.ts";
import { cameraTable } from "./lib/cli/camera_table.ts";
import { keepRenewed } from "./lib/cli/certificates.ts";
import { keepLinkKey } from "./lib/cli/link_key.ts";
import { controlTable } from "./lib/cli/control_table.ts";
import { counted, keepLive, serverLine } from "./lib/cli/live_line.ts";
import { named } from "./lib/cli/log.ts";
import { allReady, controlsOfAll, openDevice, wordsFor } from "./lib/cli/open_device.ts";
import {
  clientReporter,
  reportCamera,
  reportControls,
  reportDropped,
  reportOpenDoor,
  reportPlainPassword,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { readServerOptions } from "./lib/cli/server_options.ts";
import { addressRows, cameraRows, clientRow, showSummary } from "./lib/cli/summary.ts";
import { print } from "./lib/cli/terminal.ts";
import { camerasOf } from "./lib/flow/cameras.ts";
import { urlOf } from "./lib/http/url.ts";
import { listen } from "./lib/server/listen.ts";
import { serveViewers } from "./lib/viewers/serve_viewers.ts";

if (import.meta.main) {
  await run("server", readServerOptions, async (options, log, signal) => {
    if (options.list) {
      const webcams = await listWebcams(signal);
      return print(options.json ? JSON.stringify(webcams, null, 2) : cameraTable(webcams));
    }
    const { cameras: specs } = options;
    if (options.listControls) {
      const listed = await controlsOfAll(specs, signal);
      return print(options.json ? JSON.stringify(listed, null, 2) : controlTable(listed));
    }
    const isOne = specs.length === 1;
    await using stack = new AsyncDisposableStack();
    const cameras = new Map(specs.map(({ name, size, ...spec }) => {
      // A missing camera must not keep the server from serving the others.
      const camera = openDevice({ ...options, ...spec, ...size, wait: options.wait || !isOne });
      return [name, stack.use(camera)] as const;
    }));
    const feeds = camerasOf(cameras);
    const onClient = clientReporter(log, isOne);
    const onTrouble = troubleReporter(log);
    await using server = listen(feeds, { ...options, onClient, onTrouble });
    const { hostname: host, port } = server.address;
    await using viewers = options.viewers &&
      await serveViewers(feeds, {
        ...options.viewers,
        source: { host, port },
        onTrouble,
        onRefused: onTrouble,
      });
    using _ = options.pair &&
      keepRenewed(options.pair, [server, ...viewers ? [viewers] : []], log);
    using _links = options.viewers?.links &&
      keepLinkKey(options.linkKey!, options.viewers.links, log);
    await Promise.race([allReady(cameras), aborted(signal)]);
    for (const [name, camera] of cameras) {
      const ownLog = named(log, isOne ? undefined : name);
      void reportCamera(camera, ownLog);
      reportDropped(camera, ownLog, signal);
      if (specs.find((spec) => spec.name === name)?.set) void reportControls(camera, ownLog);
    }
    const { allowControl: mayControl } = options;
    const isOpen = options.token === undefined;
    if (isOpen) {
      const options = { secret: "--token", host: "--host", mayControl };
      reportOpenDoor(server.address, options, log);
    }
    if (viewers) {
      log.info(`open ${urlOf(viewers.address, options)}`);
      reportPlainPassword(viewers.address, options.viewers!, {
        secret: "the token is the password, and",
        fix: "add --cert and --key, or serve viewers with client.ts",
      }, log);
    }
    log.ready(`listening on ${host}:${port} (camera: ${wordsFor(cameras)})`);
    if (!log.isForPeople) return await aborted(signal);
    showSummary("server", [
      ...cameraRows(cameras),
      clientRow(server.address, options),
      ...viewers ? addressRows(viewers.address, { cert: options.cert, isOpen }) : [],
    ]);
    keepLive(
      serverLine([...cameras.values()], () =>
        [
          counted(server.clients, "client"),
          ...viewers ? [counted(viewers.viewers, "viewer")] : [],
        ].join(" · ")),
      signal,
    );
    await aborted(signal);
  });
}
