import { assert, assertEquals, assertMatch } from "@std/assert";
import { readAssets } from "../../../lib/http/page/assets.ts";
import { ago, verdict } from "../../../lib/http/page/words.js";
import { LIVE, LOST } from "../../support/feed_state.ts";

const { files: ASSETS } = readAssets();

Deno.test("the page can load every module that its modules import", () => {
  for (const [path, { text }] of Object.entries(ASSETS)) {
    for (const [, specifier] of text.matchAll(/^import .+ from "(.+)";$/gm)) {
      const { pathname } = new URL(specifier, `http://localhost${path}`);
      assert(pathname in ASSETS, `${path} imports ${specifier}`);
    }
  }
});

Deno.test("verdict() has words for every state", () => {
  const { source, camera } = LIVE;
  const title = (state?: unknown) => verdict(state).title;
  assertEquals(title(undefined), "Viewer gone");
  assertEquals(title(LIVE), "Live");
  assertEquals(title(LOST), "Camera lost");
  const starting = { ...LIVE, camera: { ...camera, state: "starting" } };
  assertEquals(title(starting), "The camera is starting");
  const unknown = { ...LIVE, camera: { ...camera, state: "unknown" } };
  assertEquals(title(unknown), "Waiting for camera.local:9999");
  const connecting = { ...LIVE, source: { ...source, state: "connecting" } };
  assertEquals(title(connecting), "Connecting to camera.local:9999");
  const retrying = { ...connecting, source: { ...connecting.source, reason: "no", retryInMs: 0 } };
  assertEquals(verdict(retrying).next, "Trying now");
  const refused = { ...LIVE, source: { ...source, state: "refused", reason: "no" } };
  assertEquals(verdict(refused), {
    tone: "lost",
    title: "Refused",
    detail: "no",
    next: undefined,
  });
  const refusedForNow = { ...refused, source: { ...refused.source, retryInMs: 4200 } };
  assertEquals(verdict(refusedForNow).next, "Next try in 5 s");
});

Deno.test("verdict() never calls a picture live that is late or old", () => {
  const title = (shown: Parameters<typeof verdict>[1]) => verdict(LIVE, shown).title;
  assertEquals(title({ lateMs: 2999, age: 3000 }), "Live");
  assertEquals(title({ lateMs: 4200, age: 4200 }), "Delayed");
  assertMatch(verdict(LIVE, { lateMs: 4200 }).detail!, /arrive 4 s late/);
  assertEquals(title({ age: 3001 }), "No new picture");
  // A camera that gives a picture every 12 s is on time.
  assertEquals(title({ age: 20_000, gap: 12_000 }), "Live");
  assertEquals(title({ age: 25_000, gap: 12_000 }), "No new picture");
  assertEquals(verdict(LOST, { lateMs: 9000, age: 9000 }).title, "Camera lost");
});

Deno.test("ago() uses the largest unit that fits", () => {
  const said = [0, 59_000, 60_000, 7_200_000, 200_000_000].map(ago);
  assertEquals(said, ["0 s ago", "59 s ago", "1 min ago", "2 h ago", "2 d ago"]);
});
