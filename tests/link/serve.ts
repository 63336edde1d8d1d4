/** A server with a feed of 25 Mbit/s, on port 9999; runs until it is ended. */

import { print } from "../../lib/cli/log.ts";
import { DEFAULT_PORT } from "../../lib/wire/protocol.ts";
import { listen } from "../../lib/wire/listener.ts";
import { busyPictures, runFeed } from "../support/feed.ts";
import { FakeCamera } from "../support/frames.ts";

const camera = new FakeCamera();
const pictures = await busyPictures();
await using _door = listen(camera, {
  host: "0.0.0.0",
  port: DEFAULT_PORT,
  onClient: ({ type, reason }) => print(`${type} ${reason ?? ""}`),
});
print("ready");
await runFeed(camera, pictures, new AbortController().signal);
