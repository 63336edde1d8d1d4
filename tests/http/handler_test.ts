import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { type EncodePng, handle } from "../../lib/http/handler.ts";
import { HostCheck } from "../../lib/http/host_check.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { REPEAT_MS, Viewers } from "../../lib/http/viewers.ts";
import { frameOf } from "../support/frames.ts";
import { partsOf } from "../support/multipart.ts";
import { testPictures } from "../support/pictures.ts";

const pictures = await testPictures(3);
const STATE: FeedState = {
  source: { host: "camera.local", port: 9999, state: "connected", reconnects: 0 },
  camera: { name: "a camera", state: "lost", reason: "unplugged", width: null, height: null },
  frames: { received: 0, published: 0, corrupt: 0, skipped: 0, fps: 0, bytesPerSecond: 0 },
  latencyMs: { p50: null, p95: null },
  scene: null,
  decode: { mode: "check", error: null, p50Ms: null, p95Ms: null },
};

/** Method, host, and headers of a request. */
type Asking = Record<string, string>;

/** A site without a port. */
class TestSite implements Disposable {
  readonly frames = new Hub<Frame>();
  readonly viewers = new Viewers(this.frames);
  readonly hosts = new HostCheck();
  origins: string[] = [];
  encodePng?: EncodePng;
  state: FeedState = STATE;
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
    await response.body?.cancel();
    return response.headers.get("content-type");
  };
  const chrome = "text/html,application/xhtml+xml,image/avif,image/webp,image/apng,*/*;q=0.8";
  assertEquals(await types(chrome), "text/html; charset=utf-8");
  for (const accept of [undefined, "*/*", "image/*"]) {
    assertEquals(await types(accept), "multipart/x-mixed-replace;boundary=frame", accept);
  }
});

Deno.test("handle() streams each frame as a part with its length and its time", async () => {
  using site = new TestSite();
  for (const path of ["/stream", "/stream.mjpg", "/?action=stream", "/stream?bypassCache=1"]) {
    const response = await site.get(path);
    assertEquals(response.status, 200);
    const parts = partsOf(response);
    for (const picture of pictures) {
      const frame = frameOf(picture);
      const part = parts.next();
      site.frames.publish(frame);
      const { headers, body } = (await part).value!;
      assertEquals(body, frame.bytes);
      assertEquals(headers.get("content-type"), "image/jpeg");
      assertEquals(headers.get("x-timestamp"), (frame.capturedAt / 1000).toFixed(6));
    }
    await parts.return(undefined);
  }
});

Deno.test("handle() sends the boundary that ends a part together with the part", async () => {
  using site = new TestSite();
  const reader = (await site.get("/stream")).body!.getReader();
  const text = async () => new TextDecoder("latin1").decode((await reader.read()).value);
  assertEquals(await text(), "--frame\r\n");
  const part = text();
  site.frames.publish(frameOf(pictures[0]));
  assert((await part).endsWith("\r\n--frame\r\n"));
  await reader.cancel();
});

Deno.test("handle() sends the last frame again when no other comes", async () => {
  using site = new TestSite();
  const parts = partsOf(await site.get("/stream"));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  site.frames.publish(frame);
  await first;
  const startedAt = performance.now();
  assertEquals((await parts.next()).value!.body, frame.bytes);
  assert(performance.now() - startedAt > REPEAT_MS / 2);
  await parts.return(undefined);
});

Deno.test("handle() forgets a viewer that has left", async () => {
  using site = new TestSite();
  const response = await site.get("/stream");
  assertEquals(site.viewers.state.length, 1);
  await response.body!.cancel();
  assertEquals(site.viewers.state, []);
  assertEquals(site.frames.subscribers, 0);
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
  const stream = await site.get("/stream?x=1");
  const response = await site.get("/state");
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.json(), {
    ...STATE,
    viewers: [{ address: "1.2.3.4:5", path: "/stream?x=1", fps: 0, skipped: 0 }],
  });
  await stream.body!.cancel();
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
    site.state = { ...STATE, source: { ...STATE.source, ...source }, camera };
    const response = await site.get("/healthz");
    return [response.status, (await response.text()).trim()];
  };
  const live = { ...STATE.camera, state: "live", reason: null } as const;
  assertEquals(await health({}, live), [200, "ok"]);
  assertEquals(await health({}, STATE.camera), [503, "unplugged"]);
  assertEquals(await health({}, { ...live, state: "starting" }), [503, "the camera is starting"]);
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

Deno.test("handle() streams fewer frames when it is asked to, and refuses a rate that is none", async () => {
  using site = new TestSite();
  const parts = partsOf(await site.get("/stream?fps=0.1"));
  const first = parts.next();
  const frame = frameOf(pictures[0]);
  site.frames.publish(frame);
  assertEquals((await first).value!.body, frame.bytes);
  // The next one comes too early: what comes instead is the same again, after a while.
  const second = parts.next();
  site.frames.publish(frameOf(pictures[1]));
  assertEquals((await second).value!.body, frame.bytes);
  await parts.return(undefined);
  for (const fps of ["0", "-1", "fast", "NaN"]) {
    assertEquals((await site.get(`/stream?fps=${fps}`)).status, 400, fps);
  }
});

Deno.test("handle() gives the state to Prometheus, and leaves out what is not known", async () => {
  using site = new TestSite();
  site.state = {
    ...STATE,
    frames: { ...STATE.frames, received: 12, fps: 29.5 },
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
