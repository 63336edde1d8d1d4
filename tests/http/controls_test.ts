import { assert, assertEquals, assertMatch } from "@std/assert";
import { passFrames } from "../../lib/decode/pass_frames.ts";
import { receive } from "../../lib/client/receive.ts";
import type { Control } from "../../lib/flow/controls.ts";
import { MAX_BODY_BYTES } from "../../lib/http/request_head.ts";
import { listen } from "../../lib/server/listen.ts";
import { serveViewers, type ServeViewersOptions } from "../../lib/viewers/serve_viewers.ts";
import { openChromium } from "../support/chromium.ts";
import { ControlledCamera } from "../support/controlled.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

/** An endpoint that shows a camera with controls, which viewers may change unless told otherwise. */
async function start(options: ServeViewersOptions = {}) {
  const camera = new ControlledCamera();
  camera.frames.publish(frameOf(picture, 1));
  const viewers = await serveViewers(passFrames(camera), {
    ...{ port: 0, allowControl: true },
    ...options,
  });
  const { port } = viewers.address;
  return {
    camera,
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => viewers[Symbol.asyncDispose](),
  };
}

const post = (url: string, body: string, headers: HeadersInit = {}) =>
  fetch(`${url}/controls`, { method: "POST", body, headers });

async function answerOf(response: Response): Promise<string> {
  return `${response.status} ${(await response.text()).trim()}`;
}

Deno.test("GET gives the controls, and POST changes them, also below the camera's name", async () => {
  await using site = await start();
  for (const url of [site.url, `${site.url}/1`]) {
    const response = await fetch(`${url}/controls`);
    assertEquals(response.headers.get("content-type"), "application/json");
    const controls: Control[] = await response.json();
    assertEquals(controls[0].name, "brightness");
  }
  const values = { exposure_time_absolute: 100, auto_exposure: 1, white_balance_automatic: false };
  const before = await (await fetch(`${site.url}/state`)).json();
  const changed = await post(`${site.url}/1`, JSON.stringify(values));
  assertEquals(changed.status, 200);
  const list: Control[] = await changed.json();
  assertEquals(list.find(({ name }) => name === "exposure_time_absolute")?.value, 100);
  assertEquals(site.camera.webcam.values, [
    ...["auto_exposure=1", "white_balance_automatic=0", "exposure_time_absolute=100"],
  ]);
  const after = await (await fetch(`${site.url}/state`)).json();
  assert(after.controls > before.controls, `${before.controls} before, ${after.controls} after`);
});

Deno.test("a POST that cannot be done is answered with a sentence", async () => {
  await using site = await start();
  const json = /^400 It takes controls with whole numbers as JSON, such as \{"brightness":10\}$/;
  const cases: [body: string, answer: RegExp][] = [
    ['{"brightness":300}', /^400 brightness takes 0 to 255, not 300$/],
    ['{"brightnes":1}', /^400 there is no control "brightnes"; the nearest is brightness$/],
    ['{"brightness":1,"pan_absolute":5}', /^400 pan_absolute takes .* in steps of 3600, not 5$/],
    ['{"focus_absolute":5}', /^409 focus_absolute is inactive while focus_automatic_continuous/],
    ["", json],
    ["[1]", json],
    ['{"brightness":1.5}', json],
    ['{"brightness":"1"}', json],
    ['{"__proto__":1,"a b":2}', json],
    [`{"${"x".repeat(100)}":2}`, json],
    [" ".repeat(MAX_BODY_BYTES + 1), /^413 The JSON may have at most 8192 bytes$/],
  ];
  for (const [body, answer] of cases) {
    assertMatch(await answerOf(await post(site.url, body)), answer, body);
  }
  assertEquals(site.camera.webcam.values, []);
  site.camera.webcam.isBroken = true;
  assertMatch(await answerOf(await post(site.url, '{"brightness":1}')), /^409 .*Input\/output/);
});

Deno.test("a body comes in pieces, and another request behind it on the connection", async () => {
  await using site = await start();
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: site.port });
  const write = (text: string) => conn.write(new TextEncoder().encode(text));
  const body = '{"brightness":10}';
  const head =
    `POST /controls HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
  await write(head + body.slice(0, 5));
  await write(
    `${body.slice(5)}GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
  );
  const answers = await new Response(conn.readable).text();
  assertEquals(answers.match(/HTTP\/1\.1 200/g)?.length, 2, answers);
  assertEquals(site.camera.webcam.values, ["brightness=10"]);
});

Deno.test("a body of unknown length is refused", async () => {
  await using site = await start();
  const body = ReadableStream.from(['{"brightness":10}']).pipeThrough(new TextEncoderStream());
  const response = await fetch(`${site.url}/controls`, { method: "POST", body });
  assertMatch(await answerOf(response), /^411 The length of the JSON must be given$/);
});

Deno.test("only /controls takes POST", async () => {
  await using site = await start();
  for (const path of ["/", "/state", "/snapshot"]) {
    const response = await fetch(site.url + path, { method: "POST", body: "{}" });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS"]);
    await response.body?.cancel();
  }
  const response = await fetch(`${site.url}/controls`, { method: "DELETE" });
  assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, OPTIONS, POST"]);
  await response.body?.cancel();
});

Deno.test("without allowControl, viewers neither see nor change the controls", async () => {
  await using site = await start({ allowControl: false });
  const refused = /^403 Viewers may not change this camera; allow it with allowControl$/;
  assertMatch(await answerOf(await fetch(`${site.url}/controls`)), refused);
  assertMatch(await answerOf(await post(site.url, '{"brightness":1}')), refused);
  assertEquals((await (await fetch(`${site.url}/state`)).json()).controls, null);
  assertEquals(site.camera.webcam.calls, []);
});

Deno.test("a camera without controls says so", async () => {
  await using viewers = await serveViewers(passFrames(new FakeCamera()), {
    ...{ port: 0, allowControl: true },
  });
  const url = `http://127.0.0.1:${viewers.address.port}`;
  assertEquals(await (await fetch(`${url}/controls`)).json(), []);
  assertMatch(await answerOf(await post(url, '{"hue":1}')), /^409 This camera has no controls$/);
});

Deno.test("a client's viewers change the camera only if its server allows it", async () => {
  for (const allowControl of [true, false]) {
    const camera = new ControlledCamera();
    await using server = listen(camera, { host: "127.0.0.1", port: 0, allowControl });
    await using remote = receive("127.0.0.1", { port: server.address.port });
    await using viewers = await serveViewers(passFrames(remote), { port: 0, allowControl: true });
    await eventually(() => remote.status.latest?.state === "live", () => "not connected");
    const url = `http://127.0.0.1:${viewers.address.port}`;
    const answer = await answerOf(await post(url, '{"brightness":10}'));
    assertMatch(answer, allowControl ? /^200 .*"value":10/ : /^403 Viewers may not change/);
    assertEquals(camera.webcam.values, allowControl ? ["brightness=10"] : []);
  }
});

Deno.test("POST needs the password, as everything else", async () => {
  await using site = await start({ credentials: { name: "me", password: "secret" } });
  assertMatch(await answerOf(await post(site.url, '{"brightness":1}')), /^401/);
  const authorization = `Basic ${btoa("me:secret")}`;
  assertEquals((await post(site.url, '{"brightness":1}', { authorization })).status, 200);
});

Deno.test("POST is accepted only from the endpoint's own page, even if other origins are allowed", async () => {
  await using site = await start({ allowOrigins: ["*"], allowHosts: ["cam.example"] });
  const own = new URL(site.url).host;
  const cases: [headers: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ origin: site.url }, 200],
    [{ origin: "https://cam.example" }, 200],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: `http://127.0.0.1:${site.port + 1}` }, 403],
    [{ origin: `http://${own}`, "sec-fetch-site": "cross-site" }, 403],
    [{ origin: `http://${own}`, "sec-fetch-site": "same-site" }, 403],
    // A proxy may pass on another host.
    [{ origin: "https://outside.example", "sec-fetch-site": "same-origin" }, 200],
  ];
  for (const [headers, status] of cases) {
    const response = await post(site.url, '{"brightness":10}', headers);
    assertEquals(response.status, status, JSON.stringify(headers));
    await response.body?.cancel();
  }
});

Deno.test("in a browser, neither a foreign page nor a page of a rebound name changes the camera", async () => {
  await using site = await start({ allowOrigins: ["*"] });
  const evil = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("<title>evil</title>", { headers: { "content-type": "text/html" } }),
  );
  const { port } = evil.addr;
  // First the name leads to the page's server; then, as after a rebinding, its port is the endpoint's.
  const browser = await openChromium([
    "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1",
  ]);
  try {
    const page = await browser.newPage();
    const attempt = (url: string) =>
      page.evaluate(async (url) => {
        const attempts = ["cors", "no-cors"].map((mode) =>
          fetch(url, { method: "POST", mode: mode as RequestMode, body: '{"brightness":1}' })
            .then(({ status }) => status, () => "no answer")
        );
        return await Promise.all(attempts);
      }, url);
    await page.goto(`http://evil.example:${port}/`);
    assertEquals(await attempt(`${site.url}/controls`), [403, 0]);
    await page.goto(`http://localhost:${port}/`);
    assertEquals(await attempt(`http://localhost:${site.port}/controls`), [403, 0]);
    // The page and the endpoint are one site here, so the page reads the answer.
    await page.goto(`http://rebound.example:${site.port}/controls`);
    assertEquals(await attempt(`http://rebound.example:${site.port}/controls`), [403, 403]);
    assertEquals(site.camera.webcam.values, []);
    await page.goto(`${site.url}/healthz`);
    assertEquals(await attempt(`${site.url}/controls`), [200, 200]);
  } finally {
    await browser.close();
    await evil.shutdown();
  }
});
