/**
 * What cameras cost that nobody watches, and how soon they wake.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { eventually } from "../tests/support/eventually.ts";
import { clientUrl, serverPort } from "../tests/support/programs.ts";
import { age } from "./support/age.ts";
import { figure } from "./support/figure.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { deno, type Process } from "./support/process.ts";
import { ROOT } from "./support/versions.ts";
import { Programs } from "./support/way.ts";

/** How many cameras sleep and are woken, one after the other. */
const COUNTS = [1, 10];
/** How long they are watched in their sleep, in seconds. */
const SECONDS = 20;
/** How long they may take to fall asleep, in milliseconds. */
const SLEEP_MS = 60_000;

interface Sample {
  /** CPU in % of a core. */
  readonly server: number;
  readonly client: number;
  /** From the request to the whole first picture, in milliseconds. */
  readonly wakes: readonly number[];
}

async function measure(count: number): Promise<Sample> {
  const names = Array.from({ length: count }, (_, i) => `cam${i + 1}`);
  await using programs = await Programs.build(async (programs) => {
    const devices = names.flatMap((name) => ["--device", `${name}=test`]);
    const listen = ["--host", "127.0.0.1", "--port", "0"];
    const server = programs.start("server.ts", deno(ROOT, "server.ts", ...devices, ...listen), []);
    const args = ["--port", await serverPort(server), "--http-port", "0"];
    const client = programs.start("client.ts", deno(ROOT, "client.ts", ...args), []);
    return { server, client };
  });
  const { server, client } = programs;
  const url = await clientUrl(client);
  // The first pictures compile the code.
  for (const name of names) await firstPicture(`${url}/${name}/stream`);
  await sleep(server);
  const idle = [await server.cpu(), await client.cpu()];
  await delay(SECONDS * 1000);
  const [ofServer, ofClient] = [await server.cpu(), await client.cpu()]
    .map(({ own }, i) => (own - idle[i].own) / SECONDS / 10);
  const wakes: number[] = [];
  for (const name of names) wakes.push(await firstPicture(`${url}/${name}/stream`));
  return { server: ofServer, client: ofClient, wakes };
}

/** Waits until no camera has an ffmpeg any more. */
async function sleep(server: Process): Promise<void> {
  await eventually(
    async () => (await server.children()).length === 0,
    () => "a camera does not sleep",
    SLEEP_MS,
  );
}

/** Requests a stream; returns how long its first picture took, in milliseconds. */
async function firstPicture(url: string): Promise<number> {
  const startedAt = performance.now();
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  let text = "";
  for await (const chunk of response.body!) {
    text += new TextDecoder("latin1").decode(chunk);
    if (text.includes("\xff\xd9")) break;
  }
  leaving.abort();
  return performance.now() - startedAt;
}

/** Measures cameras that nobody watches, then the first picture of each. */
export async function measureDemand(run: Run): Promise<Measurement> {
  const samples = await inTurn(
    run,
    "demand",
    COUNTS.map((count) => ({ name: String(count), measure: () => measure(count) })),
  );
  const all = [...samples.values()].flat();
  const wakes = all.flatMap(({ wakes }) => wakes);
  const [one] = samples.values();
  return {
    title: "Cameras that nobody watches",
    notes: [
      "Test cameras of 1280x720 through one server and one client. Nobody watches, until a viewer " +
      "asks for the `/stream` of one after the other: *wake* is from the request to the whole first " +
      "picture.",
    ],
    tables: [{
      title: `CPU asleep, % of a core over ${SECONDS} s, and wakes`,
      columns: ["cameras", "CPU server", "CPU client", "wake p50, ms", "p95", "slowest", "wakes"],
      rows: [...samples].map(([count, some]) => {
        const wakes = some.flatMap(({ wakes }) => wakes);
        return [
          count,
          figure(some.map(({ server }) => server)),
          figure(some.map(({ client }) => client)),
          ...[0.5, 0.95, 1].map((share) => age(wakes, share)),
          String(wakes.length),
        ];
      }),
    }],
    pictures: [],
    claims: [
      {
        what: "CPU of server and client while a camera sleeps, % of a core",
        value: figure(one.map(({ server, client }) => server + client))?.median ?? null,
        atMost: 1,
      },
      {
        what: `wake to the first picture at the viewer, p95 of ${wakes.length}, ms`,
        value: age(wakes, 0.95),
        atMost: 1500,
      },
    ],
  };
}
