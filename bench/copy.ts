/**
 * What the server costs for a picture that it only passes on, beside `cat`.
 *
 * @module
 */

import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { type Load, measureLoad } from "./support/load.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { cat, LOOPBACK, serverAlone } from "./support/way.ts";

const SERVER = "`server.ts`";
const CAT = "`cat`";

const NOTES = [
  "ffmpeg copies the camera's pictures of 1280x720 into a pipe, 30 a second. `server.ts` sends them " +
  "to one client; `cat` writes the pipe to a socket. Both have an ffmpeg of their own as a child.",
];

/** Measures both. */
export async function measureCopy(run: Run, footage: Footage): Promise<Measurement> {
  const folder = await footage.folder("1280x720");
  const ways = [{ name: SERVER, start: serverAlone }, { name: CAT, start: cat }];
  const samples = await inTurn(
    run,
    "copying",
    ways.map(({ name, start }) => ({
      name,
      measure: async () => {
        await using way = await start(folder, LOOPBACK);
        return await measureLoad(way, 30, run.quick ? 2 : 5);
      },
    })),
  );
  const cost = (name: string, of: (load: Load) => number) => figure(samples.get(name)!.map(of));
  const own = ({ movers: [{ cpu }] }: Load) => cpu;
  const whole = ({ movers: [{ cpu, children }] }: Load) => cpu + children;
  const times = (of: (load: Load) => number) =>
    ratio(cost(SERVER, of)?.median ?? null, cost(CAT, of)?.median ?? null);
  return {
    title: "A copied picture",
    notes: NOTES,
    tables: [{
      title: "CPU, ms a picture",
      columns: ["", "alone", "with ffmpeg"],
      rows: ways.map(({ name }) => [name, cost(name, own), cost(name, whole)]),
    }],
    pictures: [],
    claims: [
      {
        what: "CPU of `server.ts` for a copied picture, times that of `cat`",
        value: times(own),
        atMost: 1.5,
      },
      { what: "the same with ffmpeg", value: times(whole), atMost: 1.5, band: [0, 12] },
    ],
  };
}
