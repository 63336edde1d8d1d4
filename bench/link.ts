/**
 * How old frames are after a poor link.
 *
 * @module
 */

import { Link, SERVER_ADDRESS } from "../tests/link/link.ts";
import { age } from "./support/age.ts";
import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { measureLoad } from "./support/load.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { leaveOut, type Peer } from "./support/peers.ts";
import { own } from "./support/versions.ts";
import { ffmpegListen, gstreamer, socketcam, type StartWay, tutorial } from "./support/way.ts";

const LINK = { mbits: 10, roundTripMs: 50 };
/** How long a way runs before it is measured, in milliseconds: queues have grown by then. */
const RUNNING_MS = 3500;

interface Row {
  readonly name: string;
  readonly start: StartWay;
  readonly peer?: Peer;
}

const SOCKETCAM = "socketcam";
const JPEG = "Python, pickled JPEGs";

const ROWS = (run: Run): Row[] => [
  ...own(run, (root, end) => ({ name: SOCKETCAM + end, start: socketcam(root) })),
  { name: JPEG, start: tutorial("jpeg"), peer: "OpenCV" },
  { name: "GStreamer, twice", start: gstreamer, peer: "GStreamer" },
  { name: "ffmpeg `-listen 1`, twice", start: ffmpegListen },
];

const NOTES = [
  "Frames of 1280x720, 30 a second, between two network namespaces. The link to the client carries " +
  `${LINK.mbits} Mbit/s, less than half of what they need, with a round trip of ` +
  `${LINK.roundTripMs} ms. Measured for 4 seconds from the fifth second on; ages that grow still ` +
  "grow after that.",
];

/** Measures each way on a link of its own. */
export async function measureLink(run: Run, footage: Footage): Promise<Measurement> {
  const title = "A poor link";
  const why = await whyNot();
  if (why) {
    run.progress(`link: left out, ${why}`);
    return { title, notes: [`Left out: ${why}.`], tables: [], pictures: [], claims: [] };
  }
  const { rows, notes } = await leaveOut(ROWS(run), run);
  const folder = await footage.folder("1280x720");
  const samples = await inTurn(
    run,
    "link",
    rows.map(({ name, start }) => ({
      name,
      measure: async () => {
        await using link = await Link.make(LINK);
        const ends = { near: link.at("server"), far: link.at("client"), host: SERVER_ADDRESS };
        await using way = await start(folder, ends);
        await new Promise((resolve) => setTimeout(resolve, RUNNING_MS));
        return await measureLoad(way, 30, 4);
      },
    })),
  );
  const ages = (name: string, share: number) =>
    figure((samples.get(name) ?? []).map(({ ages }) => age(ages, share)));
  return {
    title,
    notes: [...NOTES, ...notes],
    tables: [{
      title: `${LINK.mbits} Mbit/s, round trip ${LINK.roundTripMs} ms`,
      columns: ["", "frames a second", "age p50, ms", "age p95"],
      rows: rows.map(({ name }) => [
        name,
        figure(samples.get(name)!.map(({ fps }) => fps)),
        ages(name, 0.5),
        ages(name, 0.95),
      ]),
    }],
    pictures: [],
    claims: [
      {
        what: "age on a poor link, p95, ms",
        value: ages(SOCKETCAM, 0.95)?.median ?? null,
        atMost: 300,
      },
      {
        what: "age on a poor link, p95, times that of pickled JPEGs",
        value: ratio(ages(SOCKETCAM, 0.95)?.median ?? null, ages(JPEG, 0.95)?.median ?? null),
        atMost: 0.5,
      },
    ],
  };
}

/** Why links cannot be made here; undefined if they can. */
async function whyNot(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root can make network namespaces";
  try {
    await using _ = await Link.make(LINK);
  } catch (error) {
    return `cannot make network namespaces: ${(error as Error).message.trim()}`;
  }
}
