import { assertMatch } from "@std/assert";
import type { Log } from "../../lib/cli/log.ts";
import { openDevice } from "../../lib/cli/open_device.ts";
import { reportCamera } from "../../lib/cli/report.ts";
import { reportCameras } from "../../lib/cli/report_cameras.ts";
import { receiveAll } from "../../lib/client/receive_all.ts";
import { decodeCameras } from "../../lib/decode/decode_cameras.ts";
import { listen } from "../../lib/server/listen.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera } from "../support/frames.ts";
import { freePort } from "../support/ports.ts";
import { ScriptedServer } from "../support/scripted_server.ts";

const HOST = "127.0.0.1";
/** How often these tests are reminded, in milliseconds. */
const OFTEN_MS = 50;

/** A log that keeps its lines. */
class Lines implements Log {
  readonly isForPeople = false;
  readonly lines: string[] = [];
  readonly ready = (message: string): unknown => this.lines.push(message);
  readonly info = this.ready;
  readonly warn = this.ready;
  readonly error = this.ready;
  readonly debug = (): void => {};

  /** Waits until this many lines match. */
  async has(pattern: RegExp, count: number = 1): Promise<void> {
    await eventually(
      () => this.lines.filter((line) => pattern.test(line)).length >= count,
      () => `${count} times ${pattern} in:\n${this.lines.join("\n")}`,
    );
  }
}

/** Runs `test` with what a client of this port logs. */
async function withClient(port: number, test: (log: Lines) => Promise<void>): Promise<void> {
  const log = new Lines();
  await using cameras = receiveAll([HOST], { port });
  await using stages = decodeCameras(cameras, {});
  const reporting = reportCameras(cameras, stages, log, OFTEN_MS);
  await test(log);
  await cameras[Symbol.asyncDispose]();
  await stages[Symbol.asyncDispose]();
  await reporting;
}

Deno.test("a client keeps reporting a server that it does not reach, until it does", async () => {
  const port = freePort();
  await withClient(port, async (log) => {
    await log.has(/^no server at 127\.0\.0\.1:\d+: .*; trying again, next in \d+\.\d s$/);
    await log.has(/^no server at 127\.0\.0\.1:\d+: .*; still trying after \d+ s$/, 3);
    await using _ = listen(new FakeCamera(), { host: HOST, port });
    await log.has(/^connected$/);
    assertMatch(log.lines.at(-1)!, /^(connected|camera .*)$/);
  });
});

Deno.test("a client keeps reporting a camera that its server has lost", async () => {
  await using server = new ScriptedServer(async (client) => {
    await client.send({ type: "welcome", version: 1, camera: { name: "door", mode: "MJPEG" } });
    await client.send({ type: "camera", state: "lost", reason: "it was unplugged" });
  });
  await withClient(server.port, async (log) => {
    await log.has(/^camera lost: it was unplugged$/);
    await log.has(/^camera still lost after \d+ s: it was unplugged$/, 3);
  });
});

Deno.test("a client that is refused after it was connected logs the option that fixes it, and goes on", async () => {
  const first = listen(new FakeCamera(), { host: HOST, port: 0 });
  const { port } = first.address;
  await withClient(port, async (log) => {
    await log.has(/^connected$/);
    await first[Symbol.asyncDispose]();
    const camera = new FakeCamera();
    {
      await using _ = listen(camera, { host: HOST, port, token: "new" });
      await log.has(/: this server needs a token; give it with --token; trying again, next in/);
      await log.has(/: this server needs a token; give it with --token; still trying after/, 2);
    }
    await using _ = listen(new FakeCamera(), { host: HOST, port });
    await log.has(/^connected$/, 2);
  });
});

Deno.test("a server keeps reporting a camera that is lost", async () => {
  const log = new Lines();
  const camera = openDevice({ device: "/dev/video977", wait: true });
  const reporting = reportCamera(camera, log, OFTEN_MS);
  await log.has(/^camera lost: .*\/dev\/video977.*; waiting for it$/);
  await log.has(/^camera still lost after \d+ s: .*\/dev\/video977.*; waiting for it$/, 3);
  await camera[Symbol.asyncDispose]();
  await reporting;
});

Deno.test("a server whose relayed camera is refused later logs what to change in --device", async () => {
  const first = listen(new FakeCamera(), { host: HOST, port: 0 });
  const { port } = first.address;
  const log = new Lines();
  const relay = openDevice({ device: `socketcam://${HOST}:${port}` });
  const reporting = reportCamera(relay, log, OFTEN_MS);
  await relay.ready;
  await first[Symbol.asyncDispose]();
  await using _ = listen(new FakeCamera(), { host: HOST, port, token: "new" });
  await log.has(/^camera lost: .* needs a token; give it with --token, or in --device socketcam:/);
  await relay[Symbol.asyncDispose]();
  await reporting;
});
