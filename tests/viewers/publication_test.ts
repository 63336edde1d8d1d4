import { assert, assertEquals, assertMatch } from "@std/assert";
import { createFeed } from "../../lib/flow/create_feed.ts";
import { serveViewers } from "../../lib/viewers/serve_viewers.ts";
import { eventually } from "../support/eventually.ts";
import { testPictures } from "../support/pictures.ts";

const [jpeg] = await testPictures(1);

/** A JPEG that is whole from outside and announces more pixels than any decoder takes. */
function refused(): Uint8Array {
  const bytes = jpeg.slice();
  const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
  bytes.set([0xff, 0xff, 0xff, 0xff], at + 5);
  return bytes;
}

Deno.test("a feed whose frames are all refused is not live, and says why to all that ask", async () => {
  using feed = createFeed({ name: "broken" });
  const troubles: string[] = [];
  await using viewers = await serveViewers(feed, {
    port: 0,
    onTrouble: (reason) => troubles.push(reason),
  });
  const url = `http://127.0.0.1:${viewers.address.port}`;
  const stream = await fetch(`${url}/stream`);
  let frame = refused();
  const publishing = setInterval(() => feed.publish(frame), 50);
  const health = async () => {
    const response = await fetch(`${url}/healthz`);
    return { status: response.status, text: await response.text() };
  };
  const words = /all \d+ frames of the last 3 s were refused: it has 65535x65535 pixels/;
  await eventually(async () => words.test((await health()).text), () => "it stays healthy");
  assertEquals((await health()).status, 503);
  const { camera } = await (await fetch(`${url}/state`)).json();
  assertEquals(camera.state, "lost");
  assertMatch(camera.reason, words);
  assertEquals(troubles.length, 1);
  assertMatch(troubles[0], words);
  // It recovers with the first frame that is shown.
  frame = jpeg;
  await eventually(async () => (await health()).status === 200, () => "it stays unhealthy");
  clearInterval(publishing);
  await stream.body!.cancel();
  assert(troubles.length === 1);
});
