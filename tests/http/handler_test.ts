import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";
import { FREE_FAILURES } from "../../lib/flow/offenders.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { BasicAuth } from "../../lib/http/basic_auth.ts";
import { type EncodePng, handle } from "../../lib/http/handler.ts";
import { HostCheck } from "../../lib/http/host_check.ts";
import type { MjpegResponse } from "../../lib/http/mjpeg.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { MAX_VIEWERS, STALLED_MS, Viewers } from "../../lib/http/viewers.ts";
import { frameOf } from "../support/frames.ts";
import { LOST } from "../support/feed_state.ts";
import { testPictures } from "../support/pictures.ts";

const pictures = await testPictures(3);

/** Method, host, and headers of a request. */
type Asking = Record<string, string>;

/** A site without a port. */
class TestSite implements Disposable {
  readonly frames = new Hub<Frame>();
  readonly viewers = new Viewers(this.frames);
  readonly hosts = new HostCheck();
  origins: string[] = [];
  encodePng?: EncodePng;
  auth?: BasicAuth;
  state: FeedState = LOST;
  readonly readState = () => this.state;

  get(path: string, { method = "GET", host = "localhost", ...headers }: Asking = {}) {
    return handle(this, new Request(`http://${host}${path}`, { method, headers }), "1.2.3.4:5");
  }

  [Symbol.dispose](): void {
    this.viewers[Symbol.dispose]();
  }
}

Deno.test("handle() gives a browser the page, and any other program the stream, at /", async () => {
  using site = new TestSite();
  const types = async (accept?: string) => {
    const response = await site.get("/", accept === undefined ? {} : { accept });
    return response.headers.get("content-type");
  };
  const chrome = "text/html,application/xhtml+xml,image/avif,image/webp,image/apng,*/*;q=0.8";
  assertEquals(await types(chrome), "text/html; charset=utf-8");
  for (const accept of [undefined, "*/*", "image/*"]) {
    assertEquals(await types(accept), "multipart/x-mixed-replace;boundary=frame", accept);
  }
});

Deno.test("handle() answers a snapshot with the next frame", async () => {
  using site = new TestSite();
  for (const path of ["/snapshot", "/snapshot.jpg", "/?action=snapshot", "/snapshot?timestamp=1"]) {
    const response = site.get(path);
    const frame = frameOf(pictures[1]);
    site.frames.publish(frame);
    const { status, headers } = await response;
    assertEquals([status, headers.get("content-type")], [200, "image/jpeg"]);
    assertEquals(await (await response).bytes(), frame.bytes);
  }
});

Deno.test("handle() answers a snapshot as PNG with what it was given to make one", async () => {
  using site = new TestSite();
  site.encodePng = ({ sequence }: Frame) =>
    sequence === 1 ? Promise.resolve(Uint8Array.of(1, 2)) : Promise.reject(new Error("damaged"));
  const get = (sequence: number) => {
    const response = site.get("/snapshot.png");
    site.frames.publish(frameOf(pictures[0], sequence));
    return response;
  };
  const response = await get(1);
  assertEquals([response.status, response.headers.get("content-type")], [200, "image/png"]);
  assertEquals([...await response.bytes()], [1, 2]);
  const refused = await get(2);
  assertEquals([refused.status, await refused.text()], [503, "No picture: damaged\n"]);
  site.encodePng = undefined;
  assertEquals((await site.get("/snapshot.png")).status, 404);
});

Deno.test("handle() answers a snapshot with 503 and the reason when no frame comes", async () => {
  using site = new TestSite();
  const response = await site.get("/snapshot");
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "unplugged");
});

Deno.test("handle() tells the state, with who watches", async () => {
  using site = new TestSite();
  await site.get("/stream?x=1");
  const response = await site.get("/state");
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.json(), {
    ...LOST,
    viewers: [{ address: "1.2.3.4:5", path: "/stream?x=1", fps: 0, skipped: 0 }],
  });
});

Deno.test("handle() answers 404 for what is not there, and 405 for what cannot be done", async () => {
  using site = new TestSite();
  for (const path of ["/nothing", "/stream/", "/../server.ts", "/constructor"]) {
    assertEquals((await site.get(path)).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const response = await site.get("/stream", { method });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  }
});

Deno.test("handle() answers HEAD with the headers alone, and nobody watches", async () => {
  using site = new TestSite();
  for (const path of ["/", "/stream", "/snapshot", "/state"]) {
    const response = await site.get(path, { method: "HEAD" });
    assertEquals([response.status, response.body], [200, null], path);
  }
  assertEquals((await site.get("/nothing", { method: "HEAD" })).status, 404);
  assertEquals((await site.get("/ws", { method: "HEAD", upgrade: "websocket" })).status, 426);
  assertEquals((await site.get("/stream", { method: "OPTIONS" })).status, 204);
  assertEquals(site.viewers.state, []);
});

Deno.test("handle() refuses a request for another host, and says how to allow it", async () => {
  using site = new TestSite();
  for (const path of ["/", "/stream", "/snapshot", "/state"]) {
    const response = await site.get(path, { host: "evil.example" });
    assertEquals(response.status, 403);
    assertStringIncludes(await response.text(), "--allow-host evil.example");
  }
  assertEquals(site.viewers.state, []);
});

Deno.test("handle() lets no page of another origin read, unless it is allowed", async () => {
  using site = new TestSite();
  const shared = async (origin: string) => {
    const { headers } = await site.get("/state", { origin });
    return [
      headers.get("access-control-allow-origin"),
      headers.get("cross-origin-resource-policy"),
    ];
  };
  assertEquals(await shared("http://octopi.local"), [null, "same-site"]);
  site.origins = ["http://octopi.local"];
  assertEquals(await shared("http://octopi.local"), ["http://octopi.local", "cross-origin"]);
  assertEquals(await shared("http://evil.example"), [null, "cross-origin"]);
  site.origins = ["*"];
  assertEquals(await shared("http://evil.example"), ["*", "cross-origin"]);
});

Deno.test("handle() tells whether frames come, and if not, why", async () => {
  using site = new TestSite();
  const health = async (source: Partial<FeedState["source"]>, camera: FeedState["camera"]) => {
    site.state = { ...LOST, source: { ...LOST.source, ...source }, camera };
    const response = await site.get("/healthz");
    return [response.status, (await response.text()).trim()];
  };
  const live = { ...LOST.camera, state: "live", reason: null } as const;
  assertEquals(await health({}, live), [200, "ok"]);
  assertEquals(await health({}, LOST.camera), [503, "unplugged"]);
  assertEquals(await health({}, { ...live, state: "starting" }), [503, "The camera is starting"]);
  assertEquals(
    await health({ state: "connecting", reason: "no server" }, live),
    [503, "no server"],
  );
});

Deno.test("handle() tells by HEAD as well that no frames come", async () => {
  using site = new TestSite();
  const response = await site.get("/healthz", { method: "HEAD" });
  assertEquals([response.status, response.body], [503, null]);
});

Deno.test("handle() gives the state to Prometheus, and leaves out what is not known", async () => {
  using site = new TestSite();
  site.state = {
    ...LOST,
    frames: { ...LOST.frames, received: 12, fps: 29.5 },
    latencyMs: { p50: 4, p95: null },
  };
  const response = await site.get("/metrics");
  assertStringIncludes(response.headers.get("content-type")!, "text/plain; version=0.0.4");
  const text = await response.text();
  const values = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert(values.includes("socketcam_frames_received_total 12"), text);
  assert(values.includes("socketcam_frames_per_second 29.5"));
  assert(values.includes('socketcam_latency_seconds{quantile="0.5"} 0.004'));
  assert(values.every((line) => /^socketcam_[a-z_]+(\{[^}]*\})? [\d.]+$/.test(line)), text);
});

Deno.test("handle() refuses a rate that is none", async () => {
  using site = new TestSite();
  for (const fps of ["0", "-1", "fast", "NaN"]) {
    assertEquals((await site.get(`/stream?fps=${fps}`)).status, 400, fps);
  }
});

Deno.test("handle() refuses one viewer more than there is room for, until one leaves", async () => {
  using site = new TestSite();
  const viewers = [];
  for (let i = 0; i < MAX_VIEWERS; i++) {
    viewers.push((await site.get("/stream") as MjpegResponse).viewer);
  }
  const refused = await site.get("/stream");
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "10"]);
  assertStringIncludes(await refused.text(), `${MAX_VIEWERS} watch already`);
  assertEquals((await site.get("/state")).status, 200);
  viewers[0].leave();
  assertEquals((await site.get("/stream")).status, 200);
});

Deno.test("handle() gives the place of who has long taken nothing to who comes", async () => {
  using site = new TestSite();
  let hungUp: number | undefined;
  for (let i = 0; i < MAX_VIEWERS; i++) {
    const { viewer } = await site.get("/stream") as MjpegResponse;
    viewer.hangUp = () => hungUp = i;
    // All but one are ready for a frame.
    if (i !== 7) void viewer.next();
  }
  assertEquals((await site.get("/stream")).status, 503);
  const { now } = performance;
  performance.now = () => now.call(performance) + STALLED_MS;
  try {
    assertEquals((await site.get("/stream")).status, 200);
  } finally {
    performance.now = now;
  }
  assertEquals(hungUp, 7);
});

/** As a viewer sends them. */
function basic(name: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;
}

Deno.test("handle() lets in who knows name and password, and asks everybody else for them", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ name: "Zoë", password: "a:b" });
  for (const path of ["/", "/stream", "/snapshot", "/state", "/metrics", "/healthz", "/nothing"]) {
    const refused = await site.get(path);
    assertEquals(refused.status, 401, path);
    assertStringIncludes(refused.headers.get("www-authenticate")!, "Basic realm=");
  }
  const status = async (authorization: string) =>
    (await site.get("/state", { authorization })).status;
  assertEquals(await status(basic("Zoë", "a:b")), 200);
  assertEquals(await status(basic("Zoë", "a")), 401);
  assertEquals(await status(basic("zoë", "a:b")), 401);
  assertEquals(await status(basic("Zoë", "a:b")), 200);
  for (const wrong of ["Basic", "Basic !", "Bearer Wm/DqzphOmI=", basic("", "")]) {
    site.auth = new BasicAuth({ name: "Zoë", password: "a:b" });
    assertEquals(await status(wrong), 401, wrong);
  }
});

Deno.test("handle() takes any name where only a password is set", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ password: "secret" });
  const status = async (authorization: string) =>
    (await site.get("/state", { authorization })).status;
  assertEquals(await status(basic("anyone", "secret")), 200);
  assertEquals(await status(basic("", "secret")), 200);
  assertEquals(await status("Basic c2VjcmV0"), 401); // "secret", without a colon
});

Deno.test("handle() has an address wait after wrong passwords, and no other", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ name: "a", password: "b" });
  const status = async (authorization: string | undefined, address: string) => {
    const headers = authorization === undefined ? undefined : { authorization };
    return (await handle(site, new Request("http://localhost/state", { headers }), address)).status;
  };
  // Who is asked first does not guess.
  for (let i = 0; i < 2 * FREE_FAILURES; i++) {
    assertEquals(await status(undefined, "1.2.3.4:5"), 401);
  }
  for (let i = 0; i < FREE_FAILURES; i++) {
    assertEquals(await status(basic("a", "c"), `1.2.3.4:${i}`), 401);
  }
  assertEquals(await status(basic("a", "b"), "1.2.3.4:9"), 429);
  assertEquals(await status(basic("a", "b"), "1.2.3.5:9"), 200);
});
