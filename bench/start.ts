/**
 * How long the first picture takes.
 *
 * @module
 */

import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { leaveOut, type Peer } from "./support/peers.ts";
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

const ROWS: readonly Row[] = [
  { name: WHOLE, start: socketcam() },
  { name: "`server.ts` alone", start: serverAlone },
  { name: JPEG, start: tutorial("jpeg"), peer: "OpenCV" },
  { name: "GStreamer, twice", start: gstreamer, peer: "GStreamer" },
  { name: "ffmpeg `-listen 1`, twice", start: ffmpegListen },
];

const NOTES = [
  "From the first command to the first picture of 1280x720 at the viewer: each program is started " +
  "as soon as the one before says that it listens, and the viewer last. *Wake* is from connecting " +
  "to the first picture, where `server.ts` runs and its camera sleeps, since nobody has watched " +
  "for 10 seconds.",
];

/** Measures all. */
export async function measureStart(run: Run, footage: Footage): Promise<Measurement> {
  const { rows, notes } = await leaveOut(ROWS, run);
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
  const wakes = run.quick ? [] : await Promise.all(
    Array.from({ length: run.rounds }, (_, i) => wake(folder, i * 1000)),
  );
  const median = (name: string) => figure(samples.get(name) ?? [])?.median ?? null;
  return {
    title: "The first picture",
    notes: [...NOTES, ...notes],
    tables: [{
      title: "Milliseconds to the first picture",
      columns: ["", "ms"],
      rows: [
        ...rows.map(({ name }) => [name, figure(samples.get(name)!)]),
        ["wake of `server.ts`", figure(wakes)],
      ],
    }],
    pictures: [],
    claims: [{
      what: "first picture after the command, times that of pickled JPEGs",
      value: ratio(median(WHOLE), median(JPEG)),
      atMost: 2,
      band: [0, 10],
    }],
  };
}
