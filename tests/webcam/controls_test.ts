/** Controls of a webcam: the kernel's test driver, whose picture they alter. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Image } from "imagescript";
import { receive, type Receiver } from "socketcam";
import type { Control } from "../../lib/flow/controls.ts";
import { clientUrl, startClient } from "../support/programs.ts";
import { BOOT_MS, LEAST, Machine } from "./machine.ts";

/** The webcam encodes here, on an emulated machine. */
const SMALL = ["--size", "320x180", "--fps", "5", "--settle", "0"];

/** How bright a picture is, 0 to 255. */
async function brightnessOf(bytes: Uint8Array): Promise<number> {
  const image = await Image.decode(bytes) as Image;
  const [red, green, blue] = Image.colorToRGBA(image.averageColor());
  return Math.round((red + green + blue) / 3);
}

/** How bright the next picture is that is captured now or later. */
async function brightness(remote: Receiver): Promise<number> {
  const from = remote.now();
  for await (const { bytes, capturedAt } of remote) {
    if (capturedAt >= from) return await brightnessOf(bytes);
  }
  throw new Error("the receiver ended");
}

async function until(remote: Receiver, state: "live" | "lost"): Promise<void> {
  using states = remote.status.follow();
  for await (const status of states) if (status.state === state) return;
}

Deno.test("a webcam gets its values before its first frame, and again after a replug, in an order that works", async () => {
  const values = ["gain=7", "brightness=255", "gain_automatic=0"].flatMap((set) => ["--set", set]);
  await using machine = await Machine.boot({
    ...{ camera: "raw", permissions: LEAST },
    args: [...SMALL, ...values, "--allow-control"],
  });
  await machine.program.says(/listening/, BOOT_MS);
  await using remote = receive("127.0.0.1", { port: machine.port });
  const bright = await brightness(remote);
  assert(bright > 150, `${bright}`);
  await machine.order("pull");
  await until(remote, "lost");
  const frames = remote.frames.subscribe();
  await machine.order("return");
  // Not even the first frame is as dark as without.
  const { value: first } = await frames.next();
  const returned = await brightnessOf(first!.bytes);
  assert(returned > 150, `${returned} after the replug`);
  frames.close();
  await remote.controls.latest!.set!({ brightness: 200 });
  const lower = await brightness(remote);
  assert(lower > 80 && lower < bright - 20, `${lower}`);
  const valueOf = (name: string) =>
    remote.controls.latest?.list.find((control) => control.name === name)?.value;
  assertEquals([valueOf("gain"), valueOf("gain_automatic")], [7, 0]);
  // What a client has changed stays, too.
  await machine.order("pull");
  await until(remote, "lost");
  await machine.order("return");
  await until(remote, "live");
  const again = await brightness(remote);
  assert(Math.abs(again - lower) < 20, `${again}, not ${lower}`);
});

Deno.test("a viewer's POST alters the picture, and what cannot be set is answered with a sentence", async () => {
  await using machine = await Machine.boot({
    ...{ camera: "raw", permissions: LEAST },
    args: [...SMALL, "--allow-control"],
  });
  await machine.program.says(/listening/, BOOT_MS);
  await using client = startClient("--port", String(machine.port), "--http-port", "0");
  const url = await clientUrl(client);
  await client.says(/camera live/);
  const post = async (values: Record<string, number>) => {
    const body = JSON.stringify(values);
    const response = await fetch(`${url}/controls`, { method: "POST", body });
    return { status: response.status, text: await response.text() };
  };
  await using remote = receive("127.0.0.1", { port: machine.port });
  const before = await brightness(remote);
  const { status, text } = await post({ brightness: 255 });
  assertEquals(status, 200, text);
  const controls: Control[] = JSON.parse(text);
  assertEquals(controls.find(({ name }) => name === "brightness")?.value, 255);
  const after = await brightness(remote);
  assert(after > before + 60, `${before} before, ${after} after`);
  const cases: [Record<string, number>, number, RegExp][] = [
    [{ brightness: 300 }, 400, /^brightness takes 0 to 255, not 300$/m],
    [
      { menu: 2 },
      400,
      /^menu takes 1 \(Menu Item 1\), 3 \(Menu Item 3\), 4 \(Menu Item 4\), not 2$/m,
    ],
    [{ read_only_integer_32_bits: 5 }, 409, /^read_only_integer_32_bits can only be read$/m],
    [{ gain: 5 }, 409, /^gain is inactive while gain_automatic is 1; change that first$/m],
  ];
  for (const [values, status, sentence] of cases) {
    const answer = await post(values);
    assertEquals(answer.status, status);
    assertMatch(answer.text, sentence);
  }
});

Deno.test("server.ts lists the controls of a webcam, with few permissions", async () => {
  await using machine = await Machine.boot({
    ...{ camera: "raw", permissions: LEAST },
    args: ["--list-controls", "--json"],
  });
  await machine.program.says(/^\]/m, BOOT_MS);
  assertEquals(await machine.program.ends(), 0);
  const [{ controls }] = JSON.parse(/^\[[^]*^\]/m.exec(machine.program.stdout)![0]);
  const names = controls.map(({ name }: Control) => name);
  assert(names.includes("brightness") && names.includes("test_pattern"), names.join());
});
