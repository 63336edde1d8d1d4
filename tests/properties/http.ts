/**
 * Any request to the HTTP endpoint, and any bytes on its socket.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { fc } from "../support/packages.ts";
import { BasicAuth } from "../../lib/access/basic_auth.ts";
import { HostPolicy } from "../../lib/access/host_policy.ts";
import { Hub } from "../../lib/flow/hub.ts";
import type { Frame } from "../../lib/frame/frame.ts";
import { handle, type Site } from "../../lib/http/handler.ts";
import { ViewerResponse } from "../../lib/http/viewer.ts";
import { Viewers } from "../../lib/http/viewers.ts";
import { LIVE, LOST } from "../support/feed_state.ts";
import { frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { TestServer } from "../support/viewer_server.ts";
import { joined, mutated } from "./mutation.ts";
import { assertHolds, type Property } from "./property.ts";

const [picture] = await testPictures(1, "48x32");

const PATHS = [
  ...["/", "/stream", "/stream.mjpg", "/snapshot", "/snapshot.jpg", "/snapshot.png", "/state"],
  ...[
    "/metrics",
    "/healthz",
    "/ws",
    // A camera without a name is called 1.
    ...["/1", "/%31", "/1/", "/1/stream", "/1/state", "//1", "/1//", "/1/../1"],
    "/lib/http/page/main.js",
    "/__proto__",
    "/constructor",
    "/../state",
    "//",
    "/%00",
    "/state/",
  ],
];
const QUERIES = ["action=stream", "action=snapshot", "fps=5", "fps=0", "fps=1e-320", "fps=x"];
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.webPath(), fc.webQueryParameters());
const path = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PATHS) }, fc.webPath()),
  fc.array(fc.oneof(fc.constantFrom(...QUERIES), fc.webQueryParameters()), { maxLength: 3 }),
).map(([path, queries]) => (path || "/") + (queries.length > 0 ? `?${queries.join("&")}` : ""));

const ACCEPTS = ["text/html", "*/*", "image/*;q=0.5, text/html;q=1", "text/html;q=x", ";", ",,"];
const HOSTS = ["localhost", "127.0.0.1:8080", "[::1]:1", "evil.example", "a:b", "localhost."];
// Values as a parser returns them: without line ends, and with no more than a byte a character.
const value = text.map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?"));
const headers = fc.record({
  accept: fc.oneof(fc.constantFrom(...ACCEPTS), value),
  origin: fc.oneof(fc.constantFrom("http://a.example", "null"), value),
  authorization: fc.oneof(
    fc.constantFrom("Basic bmFtZTpwYXNz", "Basic ===", "basic Og==", "Bearer x"),
    fc.base64String({ maxLength: 24 }).map((text) => `Basic ${text}`),
    value,
  ),
  range: value,
}, { requiredKeys: [] });

const request = fc.record({
  method: fc.constantFrom("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE", "PATCH", "X"),
  host: fc.constantFrom("localhost", "localhost", "127.0.0.1:8080", "[::1]:9", "evil.example"),
  path,
  headers,
  site: fc.nat(3),
});

const REMOTE = { hostname: "192.0.2.1", port: 1 };
const STATUSES = [200, 204, 308, 400, 401, 403, 404, 405, 426, 429, 503];

/** A site that publishes a frame whenever somebody subscribes. */
function siteOf(options: Partial<Site>): Site {
  const frames: Hub<Frame> = new Hub((wanted) => {
    if (wanted) queueMicrotask(() => frames.publish(frameOf(picture)));
  });
  return {
    frames,
    viewers: new Viewers(frames),
    readState: () => LIVE,
    hosts: new HostPolicy(),
    origins: [],
    hints: { allowHost: "allowHosts", allowOrigin: "allowOrigins" },
    onRefused: () => {},
    ...options,
  };
}

async function checkHandle(runs: number, seed: number): Promise<void> {
  const sites = [
    siteOf({ origins: ["*"], encodePng: () => Promise.resolve(picture.slice()) }),
    siteOf({ auth: new BasicAuth({ name: "name", password: "pass" }) }),
    siteOf({ readState: () => LOST, origins: ["http://a.example"] }),
    siteOf({ encodePng: () => Promise.reject(new Error("it does not decode")) }),
  ];
  let asks = 0;
  try {
    await assertHolds(
      request,
      async ({ method, host, path, headers, site }) => {
        const asked = new Request(`http://${host}${path}`, { method, headers });
        // Another address each time: the answers to one that guesses are held back.
        const remote = { ...REMOTE, hostname: `address-${asks++}` };
        const response = await handle(sites[site], asked, remote);
        assert(STATUSES.includes(response.status), `${response.status}`);
        if (response.status === 308) {
          const { origin, pathname, search } = new URL(asked.url);
          const further = new URL(response.headers.get("location")!, asked.url);
          assertEquals(further.href, `${origin}${pathname}/${search}`);
        }
        const hasBody = await answers(response);
        if (method !== "HEAD") assertEquals(hasBody, response.status !== 204);
        assertEquals(sites[site].viewers.state, []);
      },
      runs,
      seed,
    );
  } finally {
    for (const { viewers } of sites) viewers[Symbol.dispose]();
  }
}

/** Whether there is a body; a stream counts as one, and its viewer leaves. */
async function answers(response: Response): Promise<boolean> {
  if (!(response instanceof ViewerResponse)) return (await response.bytes()).length > 0;
  response.viewer.leave();
  return true;
}

const EXAMPLES = [
  "GET /state HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /?action=stream&fps=5 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
  "GET /healthz HTTP/1.0\r\n\r\n",
  "HEAD /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\nGET /state HTTP/1.1\r\nHost: [::1]\r\n\r\n",
  "POST /state HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
  "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "GET /state HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\r\n",
  "GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET http://localhost/state HTTP/1.1\r\nHost: evil.example\r\n\r\n",
  ...HOSTS.map((host) => `GET /state HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
];

const encode = (text: string) => new TextEncoder().encode(text);

/** A request for a WebSocket, and a browser's messages: text, an empty one, a ping, the end. */
const SOCKET = joined([
  encode("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
  encode("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
  new Uint8Array([0x81, 0x81, 1, 2, 3, 4, 0x60, 0x82, 0x80, 1, 2, 3, 4, 0x89, 0x80, 1, 2, 3, 4]),
  new Uint8Array([0x88, 0x82, 1, 2, 3, 4, 2, 0xea]),
]);
const bytes = mutated(fc.constantFrom(...EXAMPLES.map(encode), SOCKET, SOCKET));

/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The first bytes of the answer to these bytes, after which this side says nothing more. */
async function firstAnswer(port: number, bytes: Uint8Array): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(bytes);
    await connection.closeWrite();
    const buffer = new Uint8Array(64);
    const length = await deadline(connection.read(buffer), PATIENCE_MS) ?? 0;
    return new TextDecoder().decode(buffer.subarray(0, length));
  } catch (error) {
    if (isClosed(error)) return "";
    throw error;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.NotConnected;
}

async function checkSocket(runs: number, seed: number): Promise<void> {
  await using server = await TestServer.start();
  await assertHolds(
    bytes,
    async (bytes) => {
      const answer = await firstAnswer(server.port, bytes);
      if (answer) assertMatch(answer, /^HTTP\/1\.1 ([24]\d\d|10[01]|503) /);
    },
    runs,
    seed,
  );
  await server.viewers(0);
  const response = await server.get("/healthz");
  assertEquals([response.status, await response.text()], [200, "ok\n"]);
}

/** The properties of the HTTP endpoint. */
export const http: readonly Property[] = [
  {
    name: "handle() answers any request with one of its statuses",
    share: 0.5,
    check: checkHandle,
  },
  {
    name: "serveHttp() answers any bytes or hangs up, and serves others as before",
    share: 0.03,
    check: checkSocket,
  },
];
