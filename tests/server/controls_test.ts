import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { receive, type Receiver } from "../../lib/client/receive.ts";
import { type Control, ControlError } from "../../lib/flow/controls.ts";
import { MAX_WAITING_SETS } from "../../lib/server/adjustments.ts";
import { listedControls } from "../../lib/server/listed_controls.ts";
import { listen } from "../../lib/server/listen.ts";
import {
  MAX_CONTROL_BYTES,
  MAX_LISTED_CONTROLS,
  MAX_MENU_ITEMS,
  MAX_SETS_PER_SECOND,
} from "../../lib/wire/protocol.ts";
import { ControlledCamera } from "../support/controlled.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera } from "../support/frames.ts";
import { WireClient } from "../support/wire_client.ts";

const HOST = "127.0.0.1";
const HELLO = { type: "hello", version: 1 };
const OPEN = { host: HOST, port: 0, allowControl: true };

function valueOf(list: readonly Control[] | undefined, name: string): number | undefined {
  return list?.find((control) => control.name === name)?.value;
}

/** The change function of a receiver, once its server has told the controls. */
async function setterOf(remote: Receiver) {
  using states = remote.controls.follow();
  for await (const { set } of states) if (set) return set;
  throw new Error("the receiver ended");
}

Deno.test("a client that speaks gets the controls after its welcome, and every client hears of a change", async () => {
  const camera = new ControlledCamera();
  await using door = listen(camera, OPEN);
  using one = await WireClient.connect(door.address.port);
  using other = await WireClient.connect(door.address.port);
  for (const client of [one, other]) {
    await client.send(HELLO);
    assertEquals((await client.message()).type, "welcome");
    assertEquals(valueOf((await client.messageOf("controls")).controls, "brightness"), 128);
  }
  await one.send({ type: "set", control: "brightness", value: 10 });
  assertEquals(valueOf((await other.messageOf("controls")).controls, "brightness"), 10);
  assertEquals(valueOf((await one.messageOf("controls")).controls, "brightness"), 10);
  assertEquals(await one.messageOf("set"), { type: "set", control: "brightness" });
  assertEquals(camera.webcam.values, ["brightness=10"]);
});

Deno.test("a set that cannot be done is answered with a sentence, and the connection goes on", async () => {
  const camera = new ControlledCamera();
  await using door = listen(camera, OPEN);
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  await client.messageOf("controls");
  const cases: [name: string, value: number, code: string, message: RegExp][] = [
    ["brightnes", 1, "unknown", /the nearest is brightness$/],
    ["brightness", 300, "out-of-range", /^brightness takes 0 to 255, not 300$/],
    ["focus_absolute", 5, "inactive", /while focus_automatic_continuous is 1/],
  ];
  for (const [control, value, code, message] of cases) {
    await client.send({ type: "set", control, value, id: 7 });
    const answer = await client.messageOf("set");
    assertEquals([answer.control, answer.id, answer.code], [control, 7, code]);
    assertMatch(answer.message, message);
  }
  await client.send({ type: "ping", sent: 1 });
  assertEquals((await client.messageOf("pong")).sent, 1);
});

Deno.test("a server that does not allow it tells no controls, and refuses a set", async () => {
  const camera = new ControlledCamera();
  await using door = listen(camera, { host: HOST, port: 0 });
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  await client.send({ type: "set", control: "brightness", value: 10 });
  assertEquals((await client.messageOf("set")).code, "not-allowed");
  await using remote = receive(HOST, { port: door.address.port });
  await eventually(() => remote.status.latest?.state === "live", () => "not connected");
  assertEquals(remote.controls.latest, undefined);
  assertEquals(camera.webcam.calls, []);
});

Deno.test("a camera without controls refuses a set", async () => {
  await using door = listen(new FakeCamera(), OPEN);
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  await client.send({ type: "set", control: "brightness", value: 10 });
  assertEquals((await client.messageOf("set")).code, "no-controls");
});

Deno.test("sets of one client over the limit in a second are refused", async () => {
  const camera = new ControlledCamera();
  await using door = listen(camera, OPEN);
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  await client.messageOf("controls");
  const sets = 2 * MAX_SETS_PER_SECOND;
  for (let id = 0; id < sets; id++) {
    await client.send({ type: "set", control: "brightness", value: id, id });
  }
  const codes: (string | undefined)[] = [];
  while (codes.length < sets) codes.push((await client.messageOf("set")).code);
  assert(codes.includes(undefined));
  assert(codes.includes("too-many"));
});

Deno.test("sets of one client over the limit are refused while others wait for the camera", async () => {
  const camera = new ControlledCamera();
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  await using door = listen(camera, OPEN);
  using client = await WireClient.connect(door.address.port);
  await client.send(HELLO);
  await client.messageOf("controls");
  camera.webcam.busy = goOn;
  for (let id = 0; id <= MAX_WAITING_SETS; id++) {
    await client.send({ type: "set", control: "brightness", value: id, id });
  }
  const { id, code } = await client.messageOf("set");
  assertEquals([id, code], [MAX_WAITING_SETS, "too-many"]);
  resolve();
  assertEquals((await client.messageOf("set")).code, undefined);
});

Deno.test("a receiver sets several controls in an order that works, also through a relay", async () => {
  const camera = new ControlledCamera();
  await using door = listen(camera, OPEN);
  await using middle = receive(HOST, { port: door.address.port });
  await using relay = listen(middle, OPEN);
  await using end = receive(HOST, { port: relay.address.port });
  const set = await setterOf(end);
  await set({ exposure_time_absolute: 100, auto_exposure: 1 });
  assertEquals(camera.webcam.values, ["auto_exposure=1", "exposure_time_absolute=100"]);
  await eventually(
    () => valueOf(end.controls.latest?.list, "exposure_time_absolute") === 100,
    () => "the change was not told",
  );
  const error = await assertRejects(() => set({ brightness: 1, hue: 1 }), ControlError);
  assertEquals(error.code, "unknown");
  assertEquals(camera.webcam.values.length, 2);
});

Deno.test("a receiver whose server is gone says so instead of waiting", async () => {
  const camera = new ControlledCamera();
  const door = listen(camera, OPEN);
  await using remote = receive(HOST, { port: door.address.port });
  const set = await setterOf(remote);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  camera.webcam.busy = goOn;
  const setting = assertRejects(() => set({ brightness: 1 }), ControlError);
  await eventually(() => camera.webcam.isAsked, () => "the set has not arrived");
  await door[Symbol.asyncDispose]();
  assertEquals((await setting).code, "unavailable");
  assertEquals(
    (await assertRejects(() => set({ brightness: 1 }), ControlError)).code,
    "unavailable",
  );
  assertEquals(remote.controls.latest, { list: [] });
  resolve();
});

Deno.test("however many controls a camera has, the list of them fits into a message", () => {
  const menu = Array.from({ length: 3 * MAX_MENU_ITEMS }, (_, value) => ({
    value,
    text: `${value} `.repeat(100),
  }));
  const control: Control = {
    ...{ name: "zoom", type: "menu", min: 0, max: 1, step: 1, default: 0, value: 0 },
    menu,
  };
  const list = listedControls(Array.from({ length: 1000 }, () => control));
  const message = JSON.stringify({ type: "controls", controls: list });
  assert(new TextEncoder().encode(message).length <= MAX_CONTROL_BYTES);
  assertEquals(list[0].menu?.length, MAX_MENU_ITEMS);
  const { menu: _, ...short } = control;
  assertEquals(
    listedControls(Array.from({ length: 1000 }, () => short)).length,
    MAX_LISTED_CONTROLS,
  );
});
