import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PassThrough } from "node:stream";
import { BasicAuth } from "../../lib/access/basic_auth.ts";
import { HostPolicy } from "../../lib/access/host_policy.ts";
import { FREE_FAILURES, MAX_HELD } from "../../lib/access/attempts.ts";
import { Links } from "../../lib/access/links.ts";
import { TrustedProxies } from "../../lib/access/trusted_proxies.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { type EncodePng, handle, MAX_PATH, MIN_FPS } from "../../lib/http/handler.ts";
import type { FeedState } from "../../lib/http/state.ts";
import { MjpegResponse } from "../../lib/http/mjpeg.ts";
import type { ViewerResponse } from "../../lib/http/viewer.ts";
import { MAX_LISTED, MAX_VIEWERS, STALLED_MS, Viewers } from "../../lib/http/viewers.ts";
import { eventually } from "../support/eventually.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf, ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { StillTime } from "../support/still_time.ts";

const pictures = await testPictures(3);

/** Method, host, and headers of a request. */
type Asked = Record<string, string>;

/** A site without a port. */
class TestSite implements Disposable {
  readonly frames = new Hub<Frame>();
  readonly viewers = new Viewers(this.frames);
  readonly hosts = new HostPolicy();
  readonly hints = { allowHost: "--allow-host", allowOrigin: "--allow-origin" };
  /** The refusals so far. */
  readonly refused: string[] = [];
  readonly onRefused = (reason: string) => void this.refused.push(reason);
  origins: string[] = [];
  encodePng?: EncodePng;
  auth?: BasicAuth;
  proxies?: TrustedProxies;
  links?: Links;
  state: FeedState = LOST;
  readonly readState = () => this.state;

  get(path: string, { method = "GET", host = "localhost", ...headers }: Asked = {}) {
    const request = new Request(`http://${host}${path}`, { method, headers });
    return handle(this, request, { hostname: "1.2.3.4", port: 5 });
  }

  [Symbol.dispose](): void {
    this.viewers[Symbol.dispose]();
  }
}

Deno.test("handle() answers / with the page for a browser, and with the stream for other programs", async () => {
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

Deno.test("handle() finds a camera without a name below /1/, too", async () => {
  using site = new TestSite();
  for (const method of ["GET", "HEAD"]) {
    const { status, headers } = await site.get("/1?x=2", { method });
    assertEquals([status, headers.get("location")], [308, "./1/?x=2"], method);
  }
  const page = await site.get("/1/", { accept: "text/html" });
  assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals((await site.get("/2")).status, 404);
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

Deno.test("handle() answers /snapshot.png with what encodePng() returns, or its error", async () => {
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

Deno.test("handle() waits for no frame and no PNG when nobody waits for the answer", async () => {
  using site = new TestSite();
  const leaving = new AbortController();
  const { signal } = leaving;
  let asked = 0;
  site.encodePng = (_frame, signal) =>
    new Promise((_resolve, reject) => {
      asked++;
      signal.onabort = () => reject(signal.reason);
    });
  const get = () => {
    const request = new Request("http://localhost/snapshot.png", { signal });
    return handle(site, request, { hostname: "1.2.3.4", port: 5 });
  };
  const encoding = get();
  const frame = ownedFrameOf(pictures[0]);
  const { buffer } = frame.bytes;
  site.frames.publish(frame);
  await eventually(() => asked > 0, () => "no PNG was asked for");
  const waiting = get();
  assertEquals(site.frames.subscribers, 1);
  leaving.abort();
  assertEquals([(await encoding).status, (await waiting).status], [503, 503]);
  assertEquals([site.frames.subscribers, asked], [0, 1]);
  site.frames.publish(frameOf(pictures[1]));
  assert(buffer.detached, "the frame is still held");
});

Deno.test("handle() answers a snapshot with 503 and the reason when no frame comes", async () => {
  using site = new TestSite();
  const response = await site.get("/snapshot");
  assertEquals(response.status, 503);
  assertStringIncludes(await response.text(), "unplugged");
});

Deno.test("handle() answers a snapshot with 503 and the reason when the frames end", async () => {
  using site = new TestSite();
  site.state = LIVE;
  const response = site.get("/snapshot");
  site.frames.close(new Error("the camera is gone"));
  assertEquals((await response).status, 503);
  assertEquals(await (await response).text(), "No picture: the camera is gone\n");
});

Deno.test("handle() releases the frame of a snapshot once it is in the response", async () => {
  using site = new TestSite();
  site.encodePng = ({ bytes }) => Promise.resolve(bytes.slice());
  for (const path of ["/snapshot", "/snapshot.png"]) {
    const response = site.get(path);
    const frame = ownedFrameOf(pictures[0]);
    const { bytes } = frame;
    const copy = bytes.slice();
    site.frames.publish(frame);
    const answered = await response;
    site.frames.publish(frameOf(pictures[1]));
    assert(bytes.buffer.detached, path);
    assertEquals(await answered.bytes(), copy);
  }
});

Deno.test("handle() answers /state with the viewers", async () => {
  using site = new TestSite();
  await site.get("/stream?x=1");
  const response = await site.get("/state");
  assertEquals(response.headers.get("content-type"), "application/json");
  assertEquals(await response.json(), {
    ...LOST,
    controls: null,
    viewers: [{ address: "1.2.3.4:5", path: "/stream?x=1", fps: 0, skipped: 0 }],
    viewerCount: 1,
  });
});

Deno.test("handle() answers unknown paths with 404, and unsupported methods with 405", async () => {
  using site = new TestSite();
  for (const path of ["/nothing", "/stream/", "/../server.ts", "/constructor"]) {
    assertEquals((await site.get(path)).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const response = await site.get("/stream", { method });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
  }
});

Deno.test("handle() answers HEAD with the headers alone, and adds no viewer", async () => {
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

Deno.test("handle() refuses a request for another host, and names the option that allows it", async () => {
  using site = new TestSite();
  for (const path of ["/", "/stream", "/snapshot", "/state"]) {
    const response = await site.get(path, { host: "evil.example" });
    assertEquals(response.status, 403);
    assertStringIncludes(await response.text(), "--allow-host evil.example");
  }
  assertEquals(site.viewers.state, []);
});

Deno.test("handle() lets pages of another origin read nothing unless they are allowed", async () => {
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

Deno.test("handle() answers /healthz with whether frames come, and if not, why", async () => {
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
  // The camera gives frames, but none can be shown.
  assertEquals(await health({}, { ...live, reason: "all were refused" }), [
    503,
    "all were refused",
  ]);
  assertEquals(await health({}, { ...live, reason: "a\x1b[2J\nb" }), [503, "a\\u001b[2J\\u000ab"]);
  assertEquals(
    await health({ state: "connecting", reason: "no server" }, live),
    [503, "no server"],
  );
});

Deno.test("handle() answers HEAD of /healthz with the same status", async () => {
  using site = new TestSite();
  const response = await site.get("/healthz", { method: "HEAD" });
  assertEquals([response.status, response.body], [503, null]);
});

Deno.test("handle() answers /metrics without the numbers that are unknown", async () => {
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

Deno.test("handle() refuses a rate that is not a positive number", async () => {
  using site = new TestSite();
  for (const fps of ["0", "-1", "fast", "NaN", "1e-310", "0.0166", "-Infinity"]) {
    assertEquals((await site.get(`/stream?fps=${fps}`)).status, 400, fps);
  }
  for (const fps of [`${MIN_FPS}`, "1e308", "Infinity"]) {
    assertEquals((await site.get(`/stream?fps=${fps}`)).status, 200, fps);
  }
});

Deno.test("handle() refuses a viewer when all places are taken, until one leaves", async () => {
  using site = new TestSite();
  const viewers = [];
  for (let i = 0; i < MAX_VIEWERS; i++) {
    viewers.push((await site.get("/stream") as ViewerResponse).viewer);
  }
  const refused = await site.get("/stream");
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "10"]);
  assertStringIncludes(await refused.text(), `All ${MAX_VIEWERS} places are taken`);
  assertEquals((await site.get("/state")).status, 200);
  viewers[0].leave();
  assertEquals((await site.get("/stream")).status, 200);
});

Deno.test("handle() gives the place of the address that has most viewers to another address", async () => {
  using site = new TestSite();
  const join = async (hostname: string) => {
    const request = new Request("http://localhost/stream");
    return await handle(site, request, { hostname, port: 5 });
  };
  for (let i = 0; i < MAX_VIEWERS; i++) await join(i % 10 === 9 ? "192.0.2.1" : "192.0.2.2");
  // It gets half of the nine tenths, and no more.
  for (let i = 0; i < MAX_VIEWERS * 0.45; i++) {
    assertEquals((await join("192.0.2.3")).status, 200);
  }
  assertEquals((await join("192.0.2.3")).status, 503);
  assertEquals((await join("192.0.2.2")).status, 503);
  assertEquals(site.viewers.count, MAX_VIEWERS);
  const { viewers } = await (await site.get("/state")).json();
  assertEquals([viewers.length, viewers[0].address], [MAX_LISTED, "192.0.2.1:5"]);
});

Deno.test("handle() shows a viewer's path escaped and shortened", async () => {
  using site = new TestSite();
  await site.get(`/stream?${"x".repeat(15_000)}`);
  const [{ path }] = (await (await site.get("/state")).json()).viewers;
  assertEquals([path.length, path.slice(0, 9), path.at(-1)], [MAX_PATH, "/stream?x", "…"]);
});

Deno.test("handle() lets pages of an allowed origin send a password", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ password: "secret" });
  const ask = async (origin: string) => {
    const headers = {
      ...{ origin, "access-control-request-method": "GET" },
      "access-control-request-headers": "authorization",
    };
    const response = await site.get("/state", { method: "OPTIONS", ...headers });
    const allowed = ["access-control-allow-origin", "access-control-allow-headers"];
    return [response.status, ...allowed.map((name) => response.headers.get(name))];
  };
  assertEquals(await ask("http://octopi.local"), [204, null, null]);
  site.origins = ["http://octopi.local"];
  assertEquals(await ask("http://octopi.local"), [204, "http://octopi.local", "authorization"]);
  assertEquals(await ask("http://evil.example"), [204, null, null]);
  site.origins = ["*"];
  assertEquals(await ask("http://evil.example"), [204, "*", "authorization"]);
  const { headers } = await site.get("/state", { origin: "http://evil.example" });
  assertEquals(headers.get("access-control-allow-headers"), null);
});

Deno.test("handle() tells proxies to keep nothing of a stream", async () => {
  using site = new TestSite();
  const { headers } = await site.get("/stream");
  assertEquals(headers.get("x-accel-buffering"), "no");
  assertEquals(headers.get("cache-control"), "no-store, no-transform");
});

Deno.test("handle() gives the place of a stalled viewer to a new one", async () => {
  using site = new TestSite();
  const connections: PassThrough[] = [];
  for (let i = 0; i < MAX_VIEWERS; i++) {
    const { viewer } = await site.get("/stream") as ViewerResponse;
    connections.push(new PassThrough());
    viewer.attach(connections[i]);
    // All but one wait for a frame.
    if (i !== 7) void viewer.next();
  }
  assertEquals((await site.get("/stream")).status, 503);
  using time = new StillTime();
  time.pass(STALLED_MS);
  assertEquals((await site.get("/stream")).status, 200);
  assertEquals(connections.flatMap(({ destroyed }, i) => destroyed ? [i] : []), [7]);
});

/** Credentials as a viewer sends them. */
function basic(name: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${name}:${password}`).toBase64()}`;
}

Deno.test("handle() asks for name and password, and accepts only these", async () => {
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

Deno.test("handle() accepts any name when only a password is set", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ password: "secret" });
  const status = async (authorization: string) =>
    (await site.get("/state", { authorization })).status;
  assertEquals(await status(basic("anyone", "secret")), 200);
  assertEquals(await status(basic("", "secret")), 200);
  assertEquals(await status("Basic c2VjcmV0"), 401); // "secret", without a colon
});

Deno.test("handle() holds back the answer to one wrong password too many, and never a right one", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ name: "a", password: "b" });
  const status = async (authorization: string | undefined, signal?: AbortSignal) => {
    const headers = authorization === undefined ? undefined : { authorization };
    const request = new Request("http://localhost/state", { headers, signal });
    return (await handle(site, request, { hostname: "1.2.3.4", port: 5 })).status;
  };
  // A browser asks without credentials first, which is not a guess.
  for (let i = 0; i < 2 * FREE_FAILURES; i++) assertEquals(await status(undefined), 401);
  for (let i = 0; i < FREE_FAILURES; i++) assertEquals(await status(basic("a", "c")), 401);
  const leaving = new AbortController();
  let isHeld = true;
  const held = status(basic("a", "c"), leaving.signal).finally(() => isHeld = false);
  assertEquals(await status(basic("a", "b")), 200);
  assert(isHeld);
  // Nobody waits for the answer any more: neither does a timer.
  leaving.abort();
  assertEquals(await held, 401);
});

Deno.test("handle() reports a wrong password with its address, and not a request without one", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ password: "secret" });
  await site.get("/");
  assertEquals(site.refused, []);
  await site.get("/", { authorization: basic("me", "guess") });
  assertEquals(site.refused, ["1.2.3.4: The name or the password is wrong"]);
});

Deno.test("handle() reports a foreign page that shows the stream, with the option that allows it", async () => {
  using site = new TestSite();
  const shown = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
  const referer = "https://blog.example/post/1?secret=1";
  const get = (headers: Asked) => site.get("/snapshot", { method: "HEAD", ...headers });
  await get({ ...shown, referer });
  await get({ ...shown, origin: "https://blog.example" });
  const reason = "a page of https://blog.example may not show this; " +
    "allow it with --allow-origin https://blog.example";
  assertEquals(site.refused, [reason, reason]);
  site.refused.length = 0;
  // A link that was followed, a page of this host, a program, and a page without a name.
  await get({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", referer });
  await get({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", referer });
  await get({});
  await get({ ...shown, origin: "null" });
  site.origins = ["https://blog.example"];
  await get({ ...shown, referer });
  assertEquals(site.refused, []);
});

Deno.test("handle() shows, logs and throttles the viewer for whom a trusted proxy asks, not the proxy", async () => {
  using site = new TestSite();
  site.auth = new BasicAuth({ password: "secret" });
  const right = { authorization: basic("me", "secret") };
  const wrong = { authorization: basic("me", "guess") };
  const forwarded = (address: string) => ({ "x-forwarded-for": address });
  const addresses = async () => {
    const { viewers } = await (await site.get("/state", right)).json();
    return viewers.map(({ address }: { address: string }) => address);
  };
  // Nobody is trusted, so the header counts as forged.
  const direct = await site.get("/stream", { ...right, ...forwarded("203.0.113.5") });
  assertEquals(await addresses(), ["1.2.3.4:5"]);
  site.proxies = new TrustedProxies(["1.2.3.4"]);
  const proxied = await site.get("/stream", { ...right, ...forwarded("9.9.9.9, 203.0.113.5") });
  assertEquals(await addresses(), ["1.2.3.4:5", "203.0.113.5"]);
  for (let i = 0; i < FREE_FAILURES; i++) {
    await site.get("/", { ...wrong, ...forwarded("192.0.2.1") });
  }
  assertEquals(new Set(site.refused), new Set(["192.0.2.1: The name or the password is wrong"]));
  // One more is held back, but not a first one of somebody else behind the same proxy.
  const held = site.get("/", { ...wrong, ...forwarded("192.0.2.1") });
  const first = site.get("/", { ...wrong, ...forwarded("192.0.2.2") });
  assertEquals(await Promise.race([held.then(() => "held"), first.then(() => "first")]), "first");
  await held;
  for (const response of [direct, proxied]) (response as ViewerResponse).viewer.leave();
});

/** A site with a password, and with links. */
function siteWithLinks(): TestSite & { readonly links: Links } {
  const links = new Links(Links.createKey());
  return Object.assign(new TestSite(), { auth: new BasicAuth({ password: "secret" }), links });
}

Deno.test("handle() shows stream and snapshots to a link, and nothing else", async () => {
  using site = siteWithLinks();
  const publishing = setInterval(() => site.frames.publish(frameOf(pictures[0])), 10);
  try {
    site.encodePng = () => Promise.resolve(new Uint8Array(1));
    const link = site.links.sign("1", Date.now() + 60_000);
    const get = async (path: string) => {
      const response = await site.get(path + (path.includes("?") ? "&" : "?") + `link=${link}`);
      if (response instanceof MjpegResponse) response.viewer.leave();
      return response;
    };
    const pictures = ["/stream", "/1/stream", "/?action=stream", "/snapshot", "/1/snapshot.png"];
    for (const path of pictures) {
      const { status, headers } = await get(path);
      assertEquals([path, status], [path, 200]);
      // For the page of somebody else.
      assertEquals(headers.get("cross-origin-resource-policy"), "cross-origin");
    }
    for (const path of ["/state", "/cameras", "/metrics", "/healthz", "/ws", "/2/stream", "/x"]) {
      site.links = new Links(Links.createKey());
      const response = await site.get(`${path}?link=${site.links.sign("1", Date.now() + 60_000)}`);
      assertEquals([path, response.status], [path, 403]);
      assertEquals(response.headers.get("www-authenticate"), null);
    }
    // The page takes it for a stranger without a password.
    const page = await site.get("/?link=x", { accept: "text/html" });
    assertEquals([page.status, page.headers.get("content-type")], [
      403,
      "text/plain; charset=utf-8",
    ]);
    assertEquals((await site.get("/stream")).status, 401);
  } finally {
    clearInterval(publishing);
  }
});

Deno.test("handle() ends the stream of a link when it expires, and when it is revoked", async () => {
  const { now } = Date;
  const ends: Record<string, (links: Links) => unknown> = {
    "expired": () => Date.now = () => now() + 60_000,
    "was revoked": (links) => links.renew(Links.createKey()),
  };
  for (const [what, end] of Object.entries(ends)) {
    using site = siteWithLinks();
    const response = await site.get(`/stream?link=${site.links.sign("1", Date.now() + 60_000)}`);
    assert(response instanceof MjpegResponse);
    assertEquals(site.viewers.count, 1);
    try {
      end(site.links);
      await eventually(() => site.viewers.count === 0, () => `it goes on after the link ${what}`);
    } finally {
      Date.now = now;
    }
  }
});

Deno.test("handle() never shows a link in /state or in the log", async () => {
  using site = siteWithLinks();
  const authorization = basic("me", "secret");
  const link = site.links.sign("1", Date.now() + 60_000);
  const [, proof] = link.split(".");
  const stream = await site.get(`/stream?fps=5&%6Cink=${link}&link=${link}`);
  assert(stream instanceof MjpegResponse);
  const state = await (await site.get("/state", { authorization })).text();
  assertStringIncludes(state, '"path":"/stream?fps=5&link=***"');
  assertEquals(state.includes(proof), false);
  stream.viewer.leave();
  site.links.renew(Links.createKey());
  assertEquals((await site.get(`/stream?link=${link}`)).status, 403);
  assertEquals(site.refused, ["1.2.3.4: This link is not for this, or was revoked"]);
});

Deno.test("handle() holds back the answer to one wrong link too many, and never a right one", async () => {
  using site = siteWithLinks();
  const publishing = setInterval(() => site.frames.publish(frameOf(pictures[0])), 10);
  try {
    for (let i = 0; i < FREE_FAILURES; i++) {
      assertEquals((await site.get("/snapshot?link=1.x")).status, 403);
    }
    const leaving = new AbortController();
    let answered = 0;
    // The first is held back for a second, the last one for a minute.
    const held = Array.from({ length: MAX_HELD }, async () => {
      const { signal } = leaving;
      const request = new Request("http://localhost/snapshot?link=1.x", { signal });
      await handle(site, request, { hostname: "1.2.3.4", port: 5 });
      answered++;
    });
    const link = site.links.sign("1", Date.now() + 60_000);
    assertEquals((await site.get(`/snapshot?link=${link}`)).status, 200);
    assert(answered < MAX_HELD / 2, `${answered} wrong links were answered before the right one`);
    leaving.abort();
    await Promise.all(held);
  } finally {
    clearInterval(publishing);
  }
});
