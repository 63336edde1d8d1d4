/**
 * Shows a socketcam server's pictures on a local HTTP port: `deno run -A client.ts --host x`.
 *
 * @module
 */

import { readClientOptions } from "./lib/cli/client_options.ts";
import { clientState } from "./lib/cli/client_state.ts";
import { createLog, print } from "./lib/cli/log.ts";
import { openBrowser } from "./lib/cli/open_browser.ts";
import {
  reportOpenDoor,
  reportSource,
  reportTransform,
  troubleReporter,
} from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { decodeFrames } from "./lib/decode/decode.ts";
import { NoticeDrawer } from "./lib/decode/notice.ts";
import { PngEncoder } from "./lib/decode/png.ts";
import { now } from "./lib/flow/clock.ts";
import { urlOf } from "./lib/http/url.ts";
import { serveViewers } from "./lib/http/serve.ts";
import { receive } from "./lib/wire/receiver.ts";

if (import.meta.main) {
  await run("client", async (signal) => {
    const options = readClientOptions(Deno.args);
    const log = createLog("client", options.log, options.verbose === true);
    await using receiver = receive(options);
    await using stage = decodeFrames(receiver.frames, {
      ...options,
      now: () => now() + receiver.clock.offset,
    });
    using png = new PngEncoder();
    using notices = new NoticeDrawer();
    await using viewers = await serveViewers(stage.frames, {
      host: options.httpHost,
      port: options.httpPort,
      readState: () => clientState(options, receiver, stage),
      credentials: options.credentials,
      allowHosts: options.allowHost,
      allowOrigins: options.allowOrigin,
      encodePng: (frame) => png.encode(frame),
      drawNotice: (words, last) => notices.draw(words, last),
      onTrouble: troubleReporter(log),
    });
    void reportSource(receiver, log);
    void reportTransform(stage, log);
    if (!options.credentials) {
      reportOpenDoor(viewers.address, { secret: "--http-user", host: "--http-host" }, log);
    }
    const url = urlOf(viewers.address);
    print(`client: open ${url} (from ${options.host}:${options.port})`);
    if (options.open) openBrowser(url).catch((error) => log.warn(error.message));
    await Promise.race([receiver.refused, aborted(signal)]);
  });
}
