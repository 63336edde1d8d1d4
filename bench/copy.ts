/**
 * The cost of a frame that the server only passes on, beside `cat`.
 *
 * @module
 */

import { figure, ratio } from "./support/figure.ts";
import type { Footage } from "./support/footage.ts";
import { type Load, measureLoad } from "./support/load.ts";
import { inTurn, type Measurement, type Run } from "./support/measurement.ts";
import { own } from "./support/versions.ts";
import { cat, LOOPBACK, pump, serverAlone } from "./support/way.ts";

const SERVER = "`server.ts`";
const BARE_SERVER = "`server.ts`, no Huffman tables";
const CAT = "`cat`";
const PUMP = "a loop in Deno";

const NOTES = [
  "ffmpeg copies the camera's frames of 1280x720 into a pipe, 30 a second. `server.ts` sends them to " +
  "one client. `cat` writes the pipe to a socket, and so does a loop in Deno that does nothing else " +
  "(`bench/support/pump.ts`): no Deno program can cost less. Each has its own ffmpeg as a child " +
  "process, and has run at the highest rate before, so that V8 has compiled the hot code. Without " +
  "*Huffman tables* the camera sends the same frames as most webcams do, and `server.ts` adds the " +
  "standard tables.",
];

/** Measures `server.ts` with both kinds of frames, and what it is compared to. */
export async function measureCopy(run: Run, footage: Footage): Promise<Measurement> {
  const folder = await footage.folder("1280x720");
  const withoutTables = await footage.withoutTables("1280x720");
  const ways = [
    ...own(run, (root, end) => ({ name: SERVER + end, start: serverAlone(root), folder })),
    ...own(run, (root, end) => ({
      name: BARE_SERVER + end,
      start: serverAlone(root),
      folder: withoutTables,
    })),
    { name: PUMP, start: pump, folder },
    { name: CAT, start: cat, folder },
  ];
  const samples = await inTurn(
    run,
    "copying",
    ways.map(({ name, start, folder }) => ({
      name,
      measure: async () => {
        await using way = await start(folder, LOOPBACK);
        await measureLoad(way, "max", 1);
        return await measureLoad(way, 30, run.quick ? 2 : 5);
      },
    })),
  );
  const cost = (name: string, of: (load: Load) => number) => figure(samples.get(name)!.map(of));
  const alone = ({ movers: [{ cpu }] }: Load) => cpu;
  const withFfmpeg = ({ movers: [{ cpu, children }] }: Load) => cpu + children;
  const memory = ({ movers: [{ memory }] }: Load) => memory;
  const times = (one: string, of: (load: Load) => number, other: string) =>
    ratio(cost(one, of)?.median ?? null, cost(other, of)?.median ?? null);
  return {
    title: "A copied frame",
    notes: NOTES,
    tables: [{
      title: "CPU and memory",
      columns: ["", "CPU alone, ms a frame", "CPU with ffmpeg, ms a frame", "memory, MB"],
      rows: ways.map(({ name }) => [
        name,
        cost(name, alone),
        cost(name, withFfmpeg),
        cost(name, memory),
      ]),
    }],
    pictures: [],
    claims: [
      {
        what: "CPU of `server.ts` for a copied frame, times that of `cat`",
        value: times(SERVER, alone, CAT),
        atMost: 1.5,
      },
      {
        what: "the same, times that of a loop in Deno",
        value: times(SERVER, alone, PUMP),
        atMost: 1.5,
      },
      {
        what: "with ffmpeg, times `cat` with ffmpeg",
        value: times(SERVER, withFfmpeg, CAT),
        atMost: 1.5,
        band: [0, 12],
      },
      {
        what: "CPU of `server.ts` for a frame without Huffman tables, times that with tables",
        value: times(BARE_SERVER, alone, SERVER),
        atMost: 1.1,
        band: [0, 3],
      },
      {
        what: "memory of `server.ts` for frames without Huffman tables, times that with tables",
        value: times(BARE_SERVER, memory, SERVER),
        atMost: 1.1,
        band: [0, 3],
      },
    ],
  };
}
