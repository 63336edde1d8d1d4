/**
 * Several cameras through one server and one client, beside one.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { openChromium } from "../tests/support/chromium.ts";
import type { Browser } from "../tests/support/packages.ts";
import { eventually } from "../tests/support/eventually.ts";
import { clientUrl, serverPort } from "../tests/support/programs.ts";
import type { State } from "../lib/http/state.ts";
import { figure, ratio } from "./support/figure.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { deno, type Process } from "./support/process.ts";
import { ROOT } from "./support/versions.ts";
import { Programs } from "./support/way.ts";

const COUNTS = [1, 8];
const FPS = 15;
/** How long the cameras may take to start, in milliseconds. */
const START_MS = 60_000;
/** How long the wall is open before it is measured, and how long it is measured, in seconds. */
const WARM_UP_S = 5;
const SECONDS = 10;

/** The load of all cameras together. */
interface Sample {
  /** Frames a second of the camera that has the fewest. */
  readonly fps: number;
  /** Frames that the client has skipped. */
  readonly skipped: number;
  /** CPU of a program, in % of a core. */
  readonly server: number;
  readonly ffmpeg: number;
  readonly client: number;
  /** In MB. */
  readonly serverMemory: number;
  readonly clientMemory: number;
}

/** What the client has published and skipped, of each camera. */
async function frames(url: string, names: readonly string[]): Promise<State["frames"][]> {
  const base = names.length === 1 ? [url] : names.map((name) => `${url}${name}/`);
  return await Promise.all(base.map(async (base) => {
    const response = await fetch(`${base}state`);
    return (await response.json() as State).frames;
  }));
}

async function measure(browser: Browser, count: number): Promise<Sample> {
  const names = Array.from({ length: count }, (_, i) => `cam${i + 1}`);
  await using programs = await Programs.build(async (programs) => {
    const devices = names.flatMap((name) => ["--device", `${name}=test`]);
    const mode = ["--size", "640x480", "--fps", String(FPS)];
    const listen = ["--host", "127.0.0.1", "--port", "0"];
    const server = programs.start(
      "server.ts",
      deno(ROOT, "server.ts", ...devices, ...mode, ...listen),
      [],
    );
    const args = ["--port", await serverPort(server), "--http-port", "0"];
    const client = programs.start("client.ts", deno(ROOT, "client.ts", ...args), []);
    return { server, client };
  });
  const { server, client } = programs;
  const url = `${await clientUrl(client)}/`;
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  try {
    await page.goto(url);
    await eventually(
      async () => (await frames(url, names)).every(({ published }) => published > 0),
      () => "a camera is not live",
      START_MS,
    );
    await delay(WARM_UP_S * 1000);
    const before = await load(server, client, url, names);
    await delay(SECONDS * 1000);
    const after = await load(server, client, url, names);
    const seconds = (after.at - before.at) / 1000;
    const share = (of: (sample: typeof after) => number) => (of(after) - of(before)) / seconds / 10;
    const each = after.frames.map((frames, i) => ({
      fps: (frames.published - before.frames[i].published) / seconds,
      skipped: frames.skipped - before.frames[i].skipped,
    }));
    return {
      fps: Math.min(...each.map(({ fps }) => fps)),
      skipped: each.reduce((sum, { skipped }) => sum + skipped, 0),
      server: share(({ server }) => server.own),
      ffmpeg: share(({ server }) => server.children),
      client: share(({ client }) => client.own),
      serverMemory: server.memory(),
      clientMemory: client.memory(),
    };
  } finally {
    await page.close();
  }
}

async function load(server: Process, client: Process, url: string, names: readonly string[]) {
  return {
    at: performance.now(),
    server: await server.cpu(),
    client: await client.cpu(),
    frames: await frames(url, names),
  };
}

/** Measures one camera and eight in turn, with a browser that shows them all. */
export async function measureCameras(run: Run): Promise<Measurement> {
  await using browser = await openChromium();
  const samples = await inTurn(
    run,
    "cameras",
    COUNTS.map((count) => ({
      name: String(count),
      measure: () => measure(browser, count),
    })),
  );
  const median = (count: number, of: (sample: Sample) => number) =>
    figure(samples.get(String(count))!.map(of))?.median ?? null;
  const columns: [string, (sample: Sample) => number][] = [
    ["slowest, frames a second", ({ fps }) => fps],
    ["skipped", ({ skipped }) => skipped],
    ["CPU server, %", ({ server }) => server],
    ["CPU ffmpeg", ({ ffmpeg }) => ffmpeg],
    ["CPU client", ({ client }) => client],
    ["memory server, MB", ({ serverMemory }) => serverMemory],
    ["memory client", ({ clientMemory }) => clientMemory],
  ];
  const [one, eight] = COUNTS;
  const cpu = ({ server, client }: Sample) => server + client;
  return {
    title: "Several cameras",
    notes: [
      `Test pictures of 640x480 at ${FPS} frames a second, through one server and one client with ` +
      "the check. Chromium shows the client's page: a wall, if there are several.",
    ],
    tables: [{
      title: `CPU in % of a core, over ${SECONDS} s`,
      columns: ["cameras", ...columns.map(([name]) => name)],
      rows: [...samples].map(([count, some]) => [
        count,
        ...columns.map(([, of]) => figure(some.map(of))),
      ]),
    }],
    pictures: [],
    claims: [
      {
        what: `frames a second of each of ${eight}`,
        value: median(eight, ({ fps }) => fps),
        atLeast: 14.5,
      },
      {
        what: `CPU of server and client with ${eight} cameras, times that with ${one}`,
        value: ratio(median(eight, cpu), median(one, cpu)),
        atMost: 10,
      },
    ],
  };
}
