/**
 * The server's socket with frames from memory, as fast as clients take them: `serve.ts FOLDER`.
 *
 * @module
 */

import { print } from "../../lib/cli/terminal.ts";
import { Hub } from "../../lib/flow/hub.ts";
import { Mailbox } from "../../lib/flow/mailbox.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { listen } from "../../lib/server/listen.ts";
import { FakeCamera, ownedFrameOf } from "../../tests/support/frames.ts";

const [folder] = Deno.args;
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
const jpegs = names.map((name) => Deno.readFileSync(`${folder}/${name}`));
let sequence = 0;

/** Makes a new frame whenever one is taken. */
class FullMailbox extends Mailbox<Frame> {
  override next(): Promise<IteratorResult<Frame, undefined>> {
    const jpeg = jpegs[sequence % jpegs.length];
    return Promise.resolve({ value: ownedFrameOf(jpeg, ++sequence), done: false });
  }
}

/** Gives everyone frames as fast as they take them. */
class FullHub extends Hub<Frame> {
  override subscribe(): Mailbox<Frame> {
    return new FullMailbox();
  }
}

class FullCamera extends FakeCamera {
  override readonly frames = new FullHub();
}

const server = listen(new FullCamera(), { host: "127.0.0.1", port: 0 });
print(JSON.stringify({ port: server.address.port }));
