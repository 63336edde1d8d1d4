/** A server with a feed of 25 Mbit/s on port 9999, until it is ended. */

import { print } from "../../lib/cli/terminal.ts";
import { listen } from "../../lib/server/listen.ts";
import { busyPictures, runFeed } from "../support/feed.ts";
import { FakeCamera } from "../support/frames.ts";

const camera = new FakeCamera();
const jpegs = await busyPictures();
await using _server = listen(camera, {
  onClient: ({ type, reason }) => print(`${type} ${reason ?? ""}`),
});
print("ready");
await runFeed(camera, jpegs, new AbortController().signal);
