/**
 * What the server costs for a picture that it only passes on, beside `cat`.
 *
 * @module
 */

import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { type Load, measureLoad } from "./support/load.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { cat, LOOPBACK, pump, serverAlone } from "./support/way.ts";

const SERVER = "`server.ts`";
const CAT = "`cat`";
const PUMP = "a loop in Deno";

const NOTES = [
  "ffmpeg copies the camera's pictures of 1280x720 into a pipe, 30 a second. `server.ts` sends them " +
  "to one client; `cat` writes the pipe to a socket, and so does a loop in Deno that does nothing " +
  "else (`bench/support/pump.ts`): no program for Deno can cost less. Each has an ffmpeg of its " +
  "own as a child, and has run at the highest rate before, so that V8 has compiled what runs often.",
];

/** Measures all. */
export async function measureCopy(run: Run, footage: Footage): Promise<Measurement> {
  const folder = await footage.folder("1280x720");
  const ways = [
    { name: SERVER, start: serverAlone },
    { name: PUMP, start: pump },
    { name: CAT, start: cat },
  ];
  const samples = await inTurn(
    run,
    "copying",
    ways.map(({ name, start }) => ({
      name,
      measure: async () => {
        await using way = await start(folder, LOOPBACK);
        await measureLoad(way, "max", 1);
        return await measureLoad(way, 30, run.quick ? 2 : 5);
      },
    })),
  );
  const cost = (name: string, of: (load: Load) => number) => figure(samples.get(name)!.map(of));
  const own = ({ movers: [{ cpu }] }: Load) => cpu;
  const whole = ({ movers: [{ cpu, children }] }: Load) => cpu + children;
  const times = (of: (load: Load) => number, than = CAT) =>
    ratio(cost(SERVER, of)?.median ?? null, cost(than, of)?.median ?? null);
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
      { what: "the same, times that of a loop in Deno", value: times(own, PUMP), atMost: 1.5 },
      {
        what: "with ffmpeg, times `cat` with ffmpeg",
        value: times(whole),
        atMost: 1.5,
        band: [0, 12],
      },
    ],
  };
}
