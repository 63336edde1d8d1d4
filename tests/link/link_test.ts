import { assertLess } from "@std/assert";
import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/terminal.ts";
import type { Program } from "../support/programs.ts";
import { Link, type LinkOptions, SERVER_ADDRESS } from "./link.ts";

/** How long a connection may take to measure its link, in milliseconds. */
const SETTLING_MS = 2000;
/** How much older frames may become in 40 s, in milliseconds: a queue for a feed of 25 Mbit/s grows by 24 s. */
const GROWN_MS = 3000;

interface Arrival {
  readonly at: number;
  readonly age: number;
  readonly bytes: number;
  readonly sequence: number;
}

async function open(options: LinkOptions, ...how: string[]) {
  const link = await Link.make(options);
  const server = link.start("server", "tests/link/serve.ts");
  await server.says(/ready/);
  const client = link.start("client", "tests/link/watch.ts", SERVER_ADDRESS, ...how);
  await client.says(/^\[/m);
  return { link, server, client };
}

/** The frames that arrived after the first one and some settling. */
function arrivals(client: Program): Arrival[] {
  const lines = client.stdout.split("\n").slice(0, -1).filter((line) => line.startsWith("["));
  const all = lines.map((line) => JSON.parse(line) as number[])
    .map(([at, age, bytes, sequence]) => ({ at, age, bytes, sequence }));
  return all.filter(({ at }) => at > all[0].at + SETTLING_MS);
}

function p95(frames: readonly Arrival[]): number {
  return frames.map(({ age }) => age).sort((a, b) => a - b)[Math.floor(frames.length * 0.95)];
}

function mbits(frames: readonly Arrival[]): number {
  const bytes = frames.slice(1).reduce((sum, frame) => sum + frame.bytes, 0);
  return bytes * 8 / 1000 / (frames.at(-1)!.at - frames[0].at);
}

const round = (value: number) => Math.round(value * 10) / 10;

Deno.test("frames fill a link of 10 Mbit/s and 50 ms and stay fresh for 60 s", async () => {
  const options = { mbits: 10, roundTripMs: 50 };
  const opened = await Promise.all([open(options), open(options, "silent")]);
  await using _acknowledging = opened[0].link;
  await using _silent = opened[1].link;
  await delay(60_000 + SETTLING_MS);
  const [frames, silent] = opened.map(({ client }) => arrivals(client));
  const third = Math.floor(frames.length / 3);
  const [first, last] = [p95(frames.slice(0, third)), p95(frames.slice(-third))];
  print(
    `acknowledging: p95 ${round(p95(frames))} ms (first third ${round(first)}, last ` +
      `${round(last)}), ${round(mbits(frames))} Mbit/s of frames; silent: ` +
      `p95 ${round(p95(silent))} ms, ${round(mbits(silent))} Mbit/s`,
  );
  // A queue would make the last third older than the first by as much as the link is too narrow.
  assertLess(last, first + GROWN_MS);
  assertLess(options.mbits / 2, mbits(frames));
  assertLess(p95(frames), p95(silent));
});

Deno.test("a link of 100 Mbit/s and 50 ms carries nearly all of 30 frames a second", async () => {
  const { link, client } = await open({ mbits: 100, roundTripMs: 50 });
  await using _ = link;
  await delay(20_000 + SETTLING_MS);
  const frames = arrivals(client);
  const made = frames.at(-1)!.sequence - frames[0].sequence + 1;
  print(`${frames.length} of ${made} frames, p95 ${round(p95(frames))} ms`);
  // One that waits for each acknowledgement would send 20 a second.
  assertLess(made * 0.8, frames.length);
});

Deno.test("frames are fresher within 1 s when a link recovers from 10 s at a tenth of its rate", async () => {
  const { link, client } = await open({ mbits: 10, roundTripMs: 50 });
  await using _ = link;
  await delay(5000 + SETTLING_MS);
  await link.narrow(1);
  await delay(10_000);
  await link.narrow(10);
  const backAt = performance.timeOrigin + performance.now();
  await delay(5000);
  const frames = arrivals(client);
  const during = frames.filter(({ at }) => at > backAt - 10_000 && at < backAt);
  const after = frames.filter(({ at }) => at > backAt + 1000);
  const worst = (some: Arrival[]) => round(Math.max(...some.map(({ age }) => age)));
  print(`oldest during the drop ${worst(during)} ms, from 1 s after it on ${worst(after)} ms`);
  assertLess(worst(after), worst(during));
});

Deno.test("both ends notice when a link carries nothing, and reconnect after it", async () => {
  const { link, server, client } = await open({ mbits: 100, roundTripMs: 10 });
  await using _ = link;
  // By then the server expects pings from this client.
  await delay(SETTLING_MS);
  const cutAt = performance.now();
  link.cut();
  await Promise.all([
    server.says(/^left it has been silent for 6 s/m),
    client.says(/^connecting .*was lost/m),
  ]);
  const noticed = performance.now() - cutAt;
  await delay(5000);
  link.restore();
  const restoredAt = performance.now();
  await client.says(/^connecting .*was lost[^]*^connected [^]*^\[/m);
  const met = performance.now() - restoredAt;
  print(
    `noticed after ${round(noticed / 1000)} s, frames ${
      round(met / 1000)
    } s after the link was restored`,
  );
});
