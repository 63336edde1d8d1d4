/**
 * The server's socket with frames out of memory: `serve.ts FOLDER`. They come as fast as they are
 * taken.
 *
 * @module
 */

import { print } from "../../lib/cli/log.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { Mailbox } from "../../lib/flow/mailbox.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { listen } from "../../lib/wire/listener.ts";
import { FakeCamera, frameOf } from "../../tests/support/frames.ts";

const [folder] = Deno.args;
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
const pictures = names.map((name) => Deno.readFileSync(`${folder}/${name}`));
let sequence = 0;

/** Always has a new frame: one is made when it is asked for. */
class Full extends Mailbox<Frame> {
  override next(): Promise<IteratorResult<Frame, undefined>> {
    const picture = pictures[sequence % pictures.length];
    return Promise.resolve({ value: frameOf(picture, ++sequence), done: false });
  }
}

/** Gives everyone frames as fast as they are taken. */
class FullHub extends Hub<Frame> {
  override borrow(): Mailbox<Frame> {
    return new Full();
  }
}

const camera = { ...new FakeCamera(), frames: new FullHub() };
const listener = listen(camera, { host: "127.0.0.1", port: 0 });
print(JSON.stringify({ port: listener.address.port }));
