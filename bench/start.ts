/**
 * How long the first frame takes.
 *
 * @module
 */

import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { leaveOut, type Peer } from "./support/peers.ts";
import { own } from "./support/versions.ts";
import {
  ffmpegListen,
  gstreamer,
  LOOPBACK,
  serverAlone,
  socketcam,
  type StartWay,
  tutorial,
  wake,
} from "./support/way.ts";

interface Row {
  readonly name: string;
  readonly start: StartWay;
  readonly peer?: Peer;
}

const WHOLE = "socketcam";
const JPEG = "Python, pickled JPEGs";

const ROWS = (run: Run): Row[] => [
  ...own(run, (root, end) => ({ name: WHOLE + end, start: socketcam(root) })),
  ...own(run, (root, end) => ({ name: `\`server.ts\` alone${end}`, start: serverAlone(root) })),
  { name: JPEG, start: tutorial("jpeg"), peer: "OpenCV" },
  { name: "GStreamer, twice", start: gstreamer, peer: "GStreamer" },
  { name: "ffmpeg `-listen 1`, twice", start: ffmpegListen },
];

const NOTES = [
  "From the first command to the first frame of 1280x720 at the viewer. Each program starts as soon " +
  "as the one before listens, and the viewer starts last. *Wake* is from connecting to the first " +
  "frame while `server.ts` runs and its camera sleeps, because nobody has watched for 10 seconds.",
];

/** Measures all. */
export async function measureStart(run: Run, footage: Footage): Promise<Measurement> {
  const { rows, notes } = await leaveOut(ROWS(run), run);
  const folder = await footage.folder("1280x720");
  const samples = await inTurn(
    run,
    "start",
    rows.map(({ name, start }) => ({
      name,
      measure: async () => {
        await using way = await start(folder, LOOPBACK);
        return way.firstAt - way.movers[0].startedAt;
      },
    })),
  );
  if (!run.quick) run.progress("start: waiting until cameras sleep");
  const checkouts = own(run, (root, end) => ({ root, name: `wake of \`server.ts\`${end}` }));
  const wakes = run.quick ? [] : await Promise.all(
    checkouts.map(async ({ name, root }, at) => [
      name,
      figure(
        await Promise.all(
          Array.from(
            { length: run.rounds },
            (_, round) => wake(root, folder, (round * checkouts.length + at) * 1000),
          ),
        ),
      ),
    ]),
  );
  const median = (name: string) => figure(samples.get(name) ?? [])?.median ?? null;
  return {
    title: "The first frame",
    notes: [...NOTES, ...notes],
    tables: [{
      title: "Time to the first frame",
      columns: ["", "ms"],
      rows: [
        ...rows.map(({ name }) => [name, figure(samples.get(name)!)]),
        ...wakes,
      ],
    }],
    pictures: [],
    claims: [{
      what: "time to the first frame, times that of pickled JPEGs",
      value: ratio(median(WHOLE), median(JPEG)),
      atMost: 2,
      band: [0, 10],
    }],
  };
}
