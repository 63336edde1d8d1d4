import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { CameraError } from "../../lib/camera/camera_error.ts";
import {
  type Camera,
  type CameraOptions,
  MAX_JPEGS_PER_SECOND,
  openCamera,
} from "../../lib/camera/open_camera.ts";
import type { CameraStatus } from "../../lib/flow/feed.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { selfSigned } from "../support/certificates.ts";
import { eventually, PATIENCE_MS } from "../support/eventually.ts";
import { RawCamera, type RawRequest } from "../support/fake_network_camera.ts";
import { ffmpeg, testPictures } from "../support/pictures.ts";

const jpegs = await testPictures(5);
const MULTIPART = "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n";

const part = (jpeg: Uint8Array) => [
  `--b\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`,
  jpeg,
  "\r\n",
];

/** Sends a head and all JPEGs, and stays connected. */
async function stream({ send, left }: RawRequest, head: string = MULTIPART): Promise<void> {
  await send(head, ...jpegs.flatMap(part));
  await left();
}

/** Opens a camera, checks that it gives frames of the right size, and closes it. */
async function assertShows(device: string, options: CameraOptions = {}): Promise<void> {
  await using camera = openCamera({ device, ...options });
  using frames = camera.frames.subscribe();
  const { value } = await deadline(frames.next(), PATIENCE_MS);
  assertEquals(jpegSize(value!.bytes), { width: 320, height: 240 });
}

async function until(camera: Camera, state: CameraStatus["state"]): Promise<string> {
  for await (const status of camera.status.follow()) {
    if (status.state === state) return "reason" in status ? status.reason : "";
  }
  throw new Error("the camera was closed");
}

const HEADS: Record<string, string> = {
  "HTTP/1.0, without a type": "HTTP/1.0 200 OK\r\n\r\n",
  "line feeds only": "HTTP/1.1 200 OK\nContent-Type: multipart/mixed;boundary=b\n\n",
  "a type in capitals":
    "HTTP/1.1 200 OK\r\nCONTENT-TYPE: MULTIPART/X-MIXED-REPLACE;BOUNDARY=b\r\n\r\n",
  "ICY instead of HTTP": "ICY 200 OK\r\nContent-Type: multipart/mixed\r\n\r\n",
  "a status line of two blanks": "HTTP/1.1  200 OK\r\n\r\n",
  "a status line without version": "HTTP 200 OK\r\n\r\n",
  "a blank line in front": "\r\nHTTP/1.1 200 OK\r\n\r\n",
  "a zero byte and a line end in front": "\0\nHTTP/1.1 200 OK\r\n\r\n",
  "no head at all": "",
  "a header without a colon": "HTTP/1.1 200 OK\r\nServer nonsense\r\n\r\n",
  "a blank in front of the colon": "HTTP/1.1 200 OK\r\nContent-Type : image/jpeg\r\n\r\n",
  "a folded header": "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\n\r\n",
  "control characters": "HTTP/1.1 200 OK\r\nServer: \x01\r\n\r\n",
  "a length of 0": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "a length of -1": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
  "the length of one part":
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed\r\nContent-Length: 9\r\n\r\n",
  "chunks that are none": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  "100 Continue in front": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
  "a length that no picture has": "HTTP/1.1 200 OK\r\nContent-Length: 2147483647\r\n\r\n",
  "many headers": `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(500)}\r\n`,
  "another type": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
};

for (const [quirk, head] of Object.entries(HEADS)) {
  Deno.test(`a camera is shown whose answer has ${quirk}`, async () => {
    await using network = new RawCamera((request) => stream(request, head));
    await assertShows(network.url);
  });
}

const BODIES: Record<string, (jpeg: Uint8Array) => (string | Uint8Array)[]> = {
  "no boundary before the first part": (
    jpeg,
  ) => ["Content-Type: image/jpeg\r\n\r\n", jpeg, "\r\n--b\r\n"],
  "parts of type image/jpg": (jpeg) => ["--b\r\nContent-Type: image/jpg\r\n\r\n", jpeg, "\r\n"],
  "parts with a size in their type": (jpeg) => [
    "--b\r\nContent-Type: image/jpeg;size=640x480\r\n\r\n",
    jpeg,
  ],
  "parts without a type": (jpeg) => ["--b\r\n\r\n", jpeg, "\r\n"],
  "no parts": (jpeg) => [jpeg],
  "a boundary and a header on one line": (jpeg) => ["--bContent-type: image/jpeg\r\n\r\n", jpeg],
  "lengths off by 100": (jpeg) => [`--b\r\nContent-Length: ${jpeg.length + 100}\r\n\r\n`, jpeg],
  "text before the first boundary": (jpeg) => ["hello\r\n\r\n--b\r\n\r\n", jpeg, "\r\n"],
  "an empty part": (jpeg) => ["--b\r\nContent-Length: 0\r\n\r\n\r\n--b\r\n\r\n", jpeg, "\r\n"],
};

for (const [quirk, write] of Object.entries(BODIES)) {
  Deno.test(`a camera with ${quirk} is shown, filtered as well, and no frame waits`, async () => {
    await using network = new RawCamera(async ({ send, left }) => {
      await send(MULTIPART, ...write(jpegs[0]));
      await left();
    });
    for (const filter of [undefined, "hflip"]) await assertShows(network.url, { filter });
  });
}

Deno.test("a camera that sends chunks is shown, wherever they are cut", async () => {
  const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  await using network = new RawCamera(async ({ send, left }) => {
    await send(CHUNKED);
    const body = jpegs[0];
    for (let at = 0; at < body.length; at += 1000) {
      const chunk = body.subarray(at, at + 1000);
      await send(`${chunk.length.toString(16)};x=y\r\n`, chunk, "\r\n");
    }
    await left();
  });
  await assertShows(network.url);
});

Deno.test("a camera that serves one viewer gets one connection", async () => {
  await using network = new RawCamera((request) =>
    request.number === 1 ? stream(request) : request.send("HTTP/1.1 500 busy\r\n\r\n")
  );
  await assertShows(network.url);
  assertEquals(network.requests.length, 1);
  await eventually(() => network.connected === 0, () => "the connection stays");
});

Deno.test("a URL that gives one JPEG is fetched again and again", async () => {
  await using network = new RawCamera(({ send, number }) =>
    send("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n", jpegs[number % jpegs.length])
  );
  await using camera = openCamera({ device: network.url, fps: 50 });
  using frames = camera.frames.subscribe();
  const sizes = new Set<number>();
  while (sizes.size < jpegs.length) sizes.add((await frames.next()).value!.bytes.length);
  assertEquals(camera.status.latest, { state: "live" });
  assertEquals(camera.info?.mode, "JPEG by JPEG, copied");
  assert(network.connected <= 1);
});

Deno.test("a URL that gives one JPEG as a part, or with smaller ones behind it, is fetched again and again", async () => {
  const small = (await testPictures(1, "32x24"))[0];
  const length = jpegs[0].length + small.length;
  const answers = [
    [MULTIPART, ...part(jpegs[0])],
    [`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`, jpegs[0], small],
  ];
  for (const answer of answers) {
    await using network = new RawCamera(({ send }) => send(...answer));
    await using camera = openCamera({ device: network.url, fps: 50 });
    using frames = camera.frames.subscribe();
    for (let i = 0; i < 5; i++) {
      const { value } = await deadline(frames.next(), PATIENCE_MS);
      assertEquals(jpegSize(value!.bytes), { width: 320, height: 240 });
    }
    assertEquals(camera.error, undefined);
  }
});

Deno.test("a JPEG that lacks its end is fetched again and again", async () => {
  await using network = new RawCamera(({ send }) => {
    const { length } = jpegs[0];
    return send(
      `HTTP/1.1 200 OK\r\nContent-Length: ${length - 2}\r\n\r\n`,
      jpegs[0].subarray(0, -2),
    );
  });
  await assertShows(network.url);
});

Deno.test("a camera at an IPv6 address is shown", async () => {
  await using network = new RawCamera(stream, { hostname: "::1" });
  await assertShows(`http://[::1]:${network.port}/video`);
  assertStringIncludes(network.requests[0].text, `Host: [::1]:${network.port}\r\n`);
});

Deno.test("a camera with a certificate that it signed itself is shown", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using network = new RawCamera(stream, { tls: await selfSigned(folder) });
    await assertShows(network.url);
    await assertShows(network.url.replace("127.0.0.1", "localhost"));
    await eventually(() => network.connected === 0, () => "a connection stays");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a camera that wants a password gets it, with any characters", async () => {
  const passwords = {
    "p%40ss": "p@ss",
    "p@ss": "p@ss",
    "p%C3%A4": "pä",
    "p%zz": "p%zz",
    "a%3Ab": "a:b",
  };
  for (const [written, meant] of Object.entries(passwords)) {
    const bytes = new TextEncoder().encode(`me:${meant}`);
    await using network = new RawCamera((request) =>
      request.authorization === `Basic ${bytes.toBase64()}`
        ? stream(request)
        : request.send('HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n')
    );
    await assertShows(network.url.replace("127", `me:${written}@127`));
  }
});

Deno.test("all JPEGs of a stream are shown whose length no picture has", async () => {
  await using network = new RawCamera(async ({ send, left }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Length: 2147483647\r\n\r\n", ...jpegs);
    await left();
  });
  await using camera = openCamera({ device: network.url, alwaysOn: true });
  await eventually(() => camera.frames.published === jpegs.length, () => "not all are shown");
});

Deno.test("a camera gets the password of a user without a name", async () => {
  await using network = new RawCamera((request) =>
    request.authorization === `Basic ${btoa(":secret")}`
      ? stream(request)
      : request.send('HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n')
  );
  await assertShows(network.url.replace("127", ":secret@127"));
});

Deno.test("a camera that serves one viewer may take a moment between asking for the password and serving", async () => {
  await using network = new RawCamera((request) => {
    if (request.number === 2) return request.send("HTTP/1.1 503 busy\r\n\r\n");
    return request.authorization
      ? stream(request)
      : request.send('HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n');
  });
  await using camera = openCamera({ device: network.url.replace("127", "me:secret@127") });
  using frames = camera.frames.subscribe();
  await deadline(frames.next(), PATIENCE_MS);
  assertEquals([network.requests.length, camera.error], [3, undefined]);
});

Deno.test("a camera that refuses the password says so, and nobody sees the password", async () => {
  await using network = new RawCamera(({ send }) =>
    send('HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n')
  );
  const device = network.url.replace("127", "me:p@ss@127") + "?token=secret";
  await using camera = openCamera({ device });
  const reason = await until(camera, "lost");
  assertStringIncludes(reason, "401: the user name or the password is wrong");
  assert(!/p@ss|secret/.test(reason), reason);
  assertEquals(network.requests.length, 2);
});

Deno.test("a redirect is followed, and the password goes to the camera's own address only", async () => {
  await using other = new RawCamera(stream);
  await using network = new RawCamera((request) => {
    if (request.path === "/moved") {
      return request.send(`HTTP/1.1 302 x\r\nLocation: ${other.url}\r\n\r\n`);
    }
    if (!request.authorization) {
      return request.send('HTTP/1.1 401 no\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n');
    }
    return request.path === "/"
      ? request.send("HTTP/1.1 302 x\r\nLocation: /video\r\n\r\n")
      : stream(request);
  });
  const mine = network.url.replace("127", "me:secret@127");
  await assertShows(mine);
  assertEquals(network.requests.map(({ path }) => path), ["/", "/", "/video"]);
  await assertShows(`${mine}moved`);
  assertEquals(other.requests.map(({ authorization }) => authorization), [undefined]);
});

Deno.test("a camera gets the cookies back that it sets with a redirect, and no other server does", async () => {
  await using other = new RawCamera(stream);
  await using network = new RawCamera((request) => {
    if (!/^cookie: a=1; b=2\r$/im.test(request.text)) {
      return request.send(
        "HTTP/1.1 302 x\r\nLocation: /\r\nSet-Cookie: a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT\r\n" +
          "Set-Cookie: b=2; Path=/\r\n\r\n",
      );
    }
    return request.send(`HTTP/1.1 302 x\r\nLocation: ${other.url}\r\n\r\n`);
  });
  await assertShows(network.url);
  assertEquals([network.requests.length, /cookie/i.test(other.requests[0].text)], [2, false]);
});

Deno.test("a malformed URL is an error that says how to write a password, and shows no password", async () => {
  for (
    const device of ["http://me:se/cret@127.0.0.1/", "https://me:s#e@127.0.0.1/", "http://[::1/"]
  ) {
    await using camera = openCamera({ device });
    const error = await assertRejects(() => camera.ready, CameraError);
    assert(error.permanent && /is not a valid URL.*%2F/.test(error.message), error.message);
    assert(!/se\/cret|s#e/.test(error.message), error.message);
  }
});

Deno.test("a camera that sends nothing says so", async () => {
  await using network = new RawCamera(({ send }) => send("HTTP/1.0 204 No Content\r\n\r\n"));
  await using camera = openCamera({ device: network.url });
  assertStringIncludes(await until(camera, "lost"), "it sent nothing");
});

Deno.test("a redirect to a file is not followed", async () => {
  await using network = new RawCamera(({ send }) =>
    send("HTTP/1.1 302 x\r\nLocation: file:///etc/passwd\r\n\r\n")
  );
  await using camera = openCamera({ device: network.url });
  assertStringIncludes(await until(camera, "lost"), "it redirects to file:");
});

Deno.test("an endless part is cut and counted, and the camera goes on", async () => {
  const noise = new Uint8Array(1 << 20).fill(0x55);
  await using network = new RawCamera(async ({ send, left }) => {
    await send(MULTIPART, jpegs[0].subarray(0, -2));
    for (let i = 0; i < 40; i++) if (!await send(noise)) return;
    for (let i = 0; i < 100; i++) await send(...part(jpegs[1]));
    await left();
  });
  await using camera = openCamera({ device: network.url });
  using frames = camera.frames.subscribe();
  await deadline(frames.next(), PATIENCE_MS);
  assertEquals(camera.counts.dropped, { "too large": 1 });
});

Deno.test("anything else that a URL gives is left to ffmpeg", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/video.ts`;
    await ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", "20", path);
    const video = await Deno.readFile(path);
    // It serves one viewer, and takes a moment to notice that one has left.
    await using network = new RawCamera(async ({ send, left, number }) => {
      if (number === 2) return await send("HTTP/1.1 503 busy\r\n\r\n");
      await send("HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n", video);
      await left();
    });
    await assertShows(network.url);
    assertEquals(network.requests.length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a camera is reached without the proxy of the environment, by ffmpeg as well", async () => {
  await using proxy = new RawCamera(({ send }) => send("HTTP/1.1 502 no\r\n\r\n"));
  const before = Deno.env.get("http_proxy");
  Deno.env.set("http_proxy", proxy.url);
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", "20", path);
    const video = await Deno.readFile(path);
    for (const body of [jpegs.flatMap(part), [video]]) {
      await using network = new RawCamera(async ({ send, left }) => {
        await send("HTTP/1.1 200 OK\r\n\r\n", ...body);
        await left();
      });
      await assertShows(network.url);
    }
    assertEquals(proxy.requests.length, 0);
  } finally {
    if (before === undefined) Deno.env.delete("http_proxy");
    else Deno.env.set("http_proxy", before);
    await Deno.remove(path);
  }
});

const HOSTILE: Record<string, (file: string) => string> = {
  "HLS": (file) =>
    `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${file}\n#EXTINF:1,\n${file}\n#EXT-X-ENDLIST\n`,
  "HLS with a map": (file) =>
    `#EXTM3U\n#EXT-X-MAP:URI="file://${file}"\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${file}\n#EXT-X-ENDLIST\n`,
  "HLS of HLS": (file) =>
    `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nconcat:${file}|${file}\n#EXT-X-ENDLIST\n`,
  "concat": (file) => `ffconcat version 1.0\nfile '${file}'\n`,
  "concat with a protocol": (file) => `ffconcat version 1.0\nfile 'file:${file}'\n`,
  "DASH": (file) =>
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" ' +
    'mediaPresentationDuration="PT2S"><Period><AdaptationSet mimeType="video/mp4">' +
    `<Representation id="1" bandwidth="1"><BaseURL>file://${file}</BaseURL></Representation>` +
    "</AdaptationSet></Period></MPD>",
  "SDP": (file) => `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nu=file://${file}\nm=video 0 RTP/AVP 26\n`,
};

for (const [kind, write] of Object.entries(HOSTILE)) {
  Deno.test(`a hostile camera's ${kind} reads no local file`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/private.mp4`;
      const source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10", "-t", "2"];
      await ffmpeg(...source, "-pix_fmt", "yuv420p", file);
      const hostile = write(file);
      await using network = new RawCamera(({ send }) =>
        send(`HTTP/1.1 200 OK\r\nContent-Length: ${hostile.length}\r\n\r\n`, hostile)
      );
      await using camera = openCamera({ device: `${network.url}x.m3u8`, alwaysOn: true });
      await deadline(until(camera, "lost"), PATIENCE_MS);
      // ffmpeg alone looks at it the next time.
      await eventually(() => network.requests.length > 2, () => "it is not tried again");
      assertEquals(camera.frames.published, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a flood of tiny JPEGs is read second by second", async () => {
  const tiny = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
  // Some more, as a timer that fires early lets one through.
  const flood = new Uint8Array((2 * MAX_JPEGS_PER_SECOND + 100) * tiny.length);
  for (let at = 0; at < flood.length; at += tiny.length) flood.set(tiny, at);
  await using network = new RawCamera(async ({ send, left }) => {
    await send(MULTIPART, flood, ...part(jpegs[0]));
    await left();
  });
  const startedAt = performance.now();
  await using camera = openCamera({ device: network.url });
  using frames = camera.frames.subscribe();
  await deadline(frames.next(), 60_000);
  assert(performance.now() - startedAt >= 1990, "the flood was read at once");
});
