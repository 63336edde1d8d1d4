/**
 * A client that prints a line of JSON for each frame: arrival time, age, length, number.
 * `watch.ts ADDRESS` acknowledges frames; `watch.ts ADDRESS silent` never sends a byte.
 */

import { print } from "../../lib/cli/terminal.ts";
import { receive } from "../../lib/client/receive.ts";
import { readExif } from "../../lib/frame/exif_block.js";
import { now } from "../../lib/time/clock.js";
import { serverLimit } from "../../lib/wire/limits.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { DEFAULT_PORT } from "../../lib/wire/protocol.ts";

const [host, silent] = Deno.args;

function report(bytes: Uint8Array): void {
  const at = now();
  const { capturedAt, sequence } = readExif(bytes)!;
  // Both ends share a clock here.
  print(JSON.stringify([at, at - capturedAt, bytes.length, sequence]));
}

async function watchSilently(): Promise<void> {
  const conn = await Deno.connect({ hostname: host, port: DEFAULT_PORT });
  const decoder = new MessageDecoder(serverLimit);
  for await (const chunk of conn.readable) {
    for (const { bytes } of decoder.push(chunk)) report(bytes);
  }
}

async function watch(): Promise<void> {
  await using remote = receive(host);
  void (async () => {
    for await (const status of remote.connection.follow()) {
      print(`${status.state} ${"reason" in status ? status.reason : ""}`);
    }
  })();
  for await (const { bytes } of remote) report(bytes);
}

await (silent ? watchSilently() : watch());
