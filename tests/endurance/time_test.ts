/**
 * Twenty minutes at full rate, with viewers that come and go, slow ones, and a camera that dies
 * each minute: at the end everything is as it was after five.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { clientUrl, Program, serverPort, startClient, startServer } from "../support/programs.ts";
import { descriptorsOf, type Vitals, vitalsOf } from "../support/vitals.ts";
import { median, type Recording, type Rest, type Sample, within } from "./record.ts";
import type { Gap, Seen } from "./viewers.ts";

const MINUTES = Number(Deno.env.get("SOCKETCAM_ENDURANCE_MINUTES") ?? 20);
/** From here on everything is to stay as it is: what grows before is what fills up once. */
const SETTLED = 5;
const SAMPLE_MS = 5000;
/** The viewers that stay: a steady one, a slow one, and one that reads nothing. */
const STAYING = 3;

class Rig implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  server!: Program;
  client!: Program;
  viewers!: Program;
  #url!: string;
  #viewersUrl!: string;
  #startedAt!: number;

  static async start(): Promise<Rig> {
    const rig = new Rig();
    rig.server = rig.#stack.use(
      startServer("--device", "test", "--host", "127.0.0.1", "--port", "0"),
    );
    const port = await serverPort(rig.server);
    rig.client = rig.#stack.use(
      startClient("--host", "127.0.0.1", "--port", port, "--http-port", "0"),
    );
    rig.#url = await clientUrl(rig.client);
    const script = new URL("./viewers.ts", import.meta.url).pathname;
    rig.viewers = rig.#stack.use(new Program(Deno.execPath(), ["run", "-A", script, rig.#url]));
    [, rig.#viewersUrl] = await rig.viewers.says(/^viewers: (.+)$/m);
    while ((await rig.seen()).frames === 0) await delay(10);
    rig.#startedAt = performance.now();
    return rig;
  }

  get minute(): number {
    return (performance.now() - this.#startedAt) / 60_000;
  }

  async seen(): Promise<Seen> {
    return await (await fetch(this.#viewersUrl)).json();
  }

  /** Kills the camera; says how long it took until there was a new picture. */
  async killCamera(): Promise<number> {
    const [ffmpeg] = await this.server.children();
    const killedAt = Date.now();
    Deno.kill(ffmpeg, "SIGKILL");
    const gap: Gap = await (await fetch(`${this.#viewersUrl}/gap?after=${killedAt}`)).json();
    return gap.until - killedAt;
  }

  async sample(): Promise<Sample> {
    const { minute } = this;
    const [ffmpeg] = await this.server.children();
    const [server, client, camera, state, seen] = await Promise.all([
      vitalsOf(this.server.pid),
      vitalsOf(this.client.pid),
      ffmpeg === undefined ? undefined : vitalsOf(ffmpeg).catch(() => undefined),
      fetch(`${this.#url}/state`).then((response) => response.json()),
      this.seen(),
    ]);
    assertEquals(seen.errors, []);
    return {
      minute,
      vitals: { server, client, ffmpeg: camera },
      latency: state.latencyMs,
      age: { p50: seen.ages.p50!, p95: seen.ages.p95! },
      frames: seen.frames,
    };
  }

  /** Sends the visitors home and counts what is open then. */
  async rest(): Promise<{ server: Rest; client: Rest }> {
    await fetch(`${this.#viewersUrl}/quiet`, { method: "POST" });
    const { hostname, port } = new URL(this.#url);
    while (true) {
      // On a connection that has gone when it is counted.
      const connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(
        new TextEncoder().encode("GET /state HTTP/1.0\r\nConnection: close\r\n\r\n"),
      );
      const text = await new Response(connection.readable).text();
      const { viewers } = JSON.parse(text.slice(text.indexOf("\r\n\r\n")));
      if (viewers.length === STAYING) break;
      await delay(20);
    }
    await delay(6000);
    const { minute } = this;
    const look = async (program: Program): Promise<Rest> => ({
      minute,
      descriptors: descriptorsOf(program.pid),
      threads: (await vitalsOf(program.pid)).threads,
      children: (await program.children()).length,
    });
    const rest = { server: await look(this.server), client: await look(this.client) };
    await fetch(`${this.#viewersUrl}/busy`, { method: "POST" });
    return rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function record(rig: Rig): Promise<Recording> {
  const recording: Recording = { samples: [], deaths: [], rests: [] };
  let died = 0;
  const restsAt = [Math.min(SETTLED + 1, MINUTES / 2), MINUTES];
  while (rig.minute < MINUTES || restsAt.length > 0) {
    const turn = delay(SAMPLE_MS);
    if (rig.minute >= restsAt[0]) {
      restsAt.shift();
      recording.rests.push(await rig.rest());
      console.log(JSON.stringify(recording.rests.at(-1)));
    }
    // In the middle of a minute, so that the rest of it is undisturbed.
    if (rig.minute > died + 0.5) {
      died++;
      const { minute } = rig;
      recording.deaths.push({ minute, recoveredMs: await rig.killCamera() });
      console.log(JSON.stringify(recording.deaths.at(-1)));
    }
    recording.samples.push(await rig.sample());
    console.log(JSON.stringify(recording.samples.at(-1)));
    await turn;
  }
  return recording;
}

Deno.test("server and client are after 20 minutes as they were after five", async () => {
  await using rig = await Rig.start();
  const recording = await record(rig);
  console.log(JSON.stringify(await rig.seen()));
  Deno.writeTextFileSync("/tmp/endurance_run.json", JSON.stringify(recording));
});
