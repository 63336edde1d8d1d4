/**
 * Shows a socketcam server's pictures on a local HTTP port: `deno run -A client.ts --host x`.
 *
 * @module
 */

import { readClientOptions } from "./lib/cli/client_options.ts";
import { clientState } from "./lib/cli/client_state.ts";
import { createLog, print } from "./lib/cli/log.ts";
import { reportSource, reportTransform } from "./lib/cli/report.ts";
import { aborted, run } from "./lib/cli/run.ts";
import { decodeFrames } from "./lib/decode/decode.ts";
import { PngEncoder } from "./lib/decode/png.ts";
import { now } from "./lib/flow/clock.ts";
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
    await using viewers = serveViewers(stage.frames, {
      host: options.httpHost,
      port: options.httpPort,
      readState: () => clientState(options, receiver, stage),
      allowHosts: options.allowHost,
      allowOrigins: options.allowOrigin,
      encodePng: (frame) => png.encode(frame),
    });
    void reportSource(receiver, log);
    void reportTransform(stage, log);
    const { hostname, port } = viewers.address;
    const name = ["127.0.0.1", "0.0.0.0", "::1", "::"].includes(hostname) ? "localhost" : hostname;
    print(`client: open http://${name}:${port} (from ${options.host}:${options.port})`);
    await Promise.race([receiver.refused, aborted(signal)]);
  });
}
