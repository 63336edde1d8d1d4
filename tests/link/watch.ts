/**
 * A client that prints what comes, a line of JSON a frame: when, age, bytes, number.
 * `watch.ts ADDRESS` acknowledges; `watch.ts ADDRESS silent` never says a word.
 */

import { print } from "../../lib/cli/log.ts";
import { now } from "../../lib/flow/clock.ts";
import { readExif } from "../../lib/frame/exif.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { DEFAULT_PORT, serverLimit } from "../../lib/wire/protocol.ts";
import { receive } from "../../lib/wire/receiver.ts";

const [hostname, silent] = Deno.args;

function report(bytes: Uint8Array): void {
  const at = now();
  const { capturedAt, sequence } = readExif(bytes)!;
  // Both ends have the same clock here.
  print(JSON.stringify([at, at - capturedAt, bytes.length, sequence]));
}

async function watchSilently(): Promise<void> {
  const conn = await Deno.connect({ hostname, port: DEFAULT_PORT });
  const decoder = new MessageDecoder(serverLimit);
  for await (const chunk of conn.readable) {
    for (const payload of decoder.push(chunk)) report(payload);
  }
}

async function watch(): Promise<void> {
  await using receiver = receive({ host: hostname, port: DEFAULT_PORT });
  void (async () => {
    for await (const status of receiver.source.follow()) {
      print(`${status.state} ${"reason" in status ? status.reason : ""}`);
    }
  })();
  for await (const { bytes } of receiver.frames.subscribe()) report(bytes);
}

await (silent ? watchSilently() : watch());
