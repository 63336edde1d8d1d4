import { assert, assertEquals, assertRejects } from "@std/assert";
import { CameraControls, MAX_WAITING } from "../../lib/camera/camera_controls.ts";
import type { Source } from "../../lib/camera/source.ts";
import { ControlError } from "../../lib/flow/controls.ts";
import { FakeWebcam } from "../support/fake_webcam.ts";

const SOURCE: Source = {
  ...{ name: "a fake webcam", mode: "", address: "/dev/video0", mayReturn: true },
  webcam: { path: "/dev/video0", name: "a fake webcam" },
};
const forEver = new AbortController().signal;

Deno.test("a camera gets its values before its first frame at every start, also those changed since", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({ brightness: 9 }, webcam);
  await controls.prepare(SOURCE);
  assertEquals(webcam.values, ["brightness=9"]);
  await controls.state.latest!.set!({ white_balance_automatic: 0, brightness: 10 });
  webcam.reset();
  await controls.prepare(SOURCE);
  assertEquals(webcam.valueOf("brightness"), 10);
  assertEquals(webcam.valueOf("white_balance_automatic"), 0);
});

Deno.test("a camera that forgets its values as it starts gets them again once frames come", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({ brightness: 9 }, webcam);
  await controls.prepare(SOURCE);
  webcam.reset();
  await controls.confirm(forEver);
  assertEquals(webcam.valueOf("brightness"), 9);
  assertEquals(controls.state.latest?.trouble, undefined);
});

Deno.test("a camera that refuses a value at its start is tried again, and it is said if that fails", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({ brightness: 9 }, webcam);
  webcam.isBroken = true;
  await controls.prepare(SOURCE);
  const confirming = controls.confirm(forEver);
  using states = controls.state.follow();
  for await (const { trouble } of states) {
    if (trouble === undefined) continue;
    assertEquals(trouble, "brightness: Input/output error");
    break;
  }
  webcam.isBroken = false;
  await confirming;
  assertEquals(webcam.valueOf("brightness"), 9);
  assertEquals(controls.state.latest?.trouble, undefined);
});

Deno.test("a lens moves away and back once frames come", async () => {
  const webcam = new FakeWebcam();
  const wanted = { focus_absolute: 250, focus_automatic_continuous: 0 };
  await using controls = new CameraControls(wanted, webcam);
  await controls.prepare(SOURCE);
  assertEquals(webcam.values, ["focus_automatic_continuous=0", "focus_absolute=250"]);
  await controls.confirm(forEver);
  assertEquals(webcam.values.slice(2), ["focus_absolute=245", "focus_absolute=250"]);
});

Deno.test("a camera that can never be set as wanted ends at its first start, but not at a later one", async () => {
  const webcam = new FakeWebcam();
  await using wrong = new CameraControls({ brightness: 300 }, webcam);
  await assertRejects(() => wrong.prepare(SOURCE), ControlError, "0 to 255");
  await using controls = new CameraControls({ brightness: 9 }, webcam);
  await controls.prepare(SOURCE);
  // Another webcam is in its port.
  const { webcam: _, ...without } = SOURCE;
  await controls.prepare(without);
  await controls.confirm(forEver);
  assertEquals(controls.state.latest?.list, []);
  assert(controls.state.latest?.trouble?.includes("has no controls"));
});

Deno.test("what a viewer made automatic is not set at the next start", async () => {
  const webcam = new FakeWebcam();
  const wanted = { auto_exposure: 1, exposure_time_absolute: 100 };
  await using controls = new CameraControls(wanted, webcam);
  await controls.prepare(SOURCE);
  await controls.state.latest!.set!({ auto_exposure: 3 });
  webcam.reset();
  await controls.prepare(SOURCE);
  await controls.confirm(forEver);
  assertEquals([webcam.valueOf("auto_exposure"), controls.state.latest?.trouble], [3, undefined]);
});

Deno.test("a camera that does not answer keeps its controls, and gets its values once it does", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({ brightness: 9 }, webcam);
  await controls.prepare(SOURCE);
  webcam.reset();
  webcam.isAway = true;
  const confirming = controls.confirm(forEver);
  using states = controls.state.follow();
  for await (const { trouble, list } of states) {
    assertEquals(list.length, 8);
    if (trouble === "it is away") break;
  }
  webcam.isAway = false;
  await confirming;
  assertEquals(webcam.valueOf("brightness"), 9);
});

Deno.test("controls are read only while somebody subscribes", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({}, webcam);
  await controls.prepare(SOURCE);
  await controls.confirm(forEver);
  assertEquals(webcam.calls, []);
  using states = controls.state.follow();
  const { value } = await states.next();
  assertEquals(value?.list[0].name, "brightness");
});

Deno.test("changes over the limit are refused while others wait for the camera", async () => {
  const webcam = new FakeWebcam();
  await using controls = new CameraControls({}, webcam);
  await controls.prepare(SOURCE);
  using states = controls.state.follow();
  const { set } = (await states.next()).value!;
  await set!({ brightness: 1 });
  const changes = Array.from({ length: MAX_WAITING }, (_, i) => set!({ brightness: i }));
  const error = await assertRejects(() => set!({ brightness: 99 }), ControlError);
  assertEquals(error.code, "too-many");
  await Promise.all(changes);
  assertEquals(webcam.valueOf("brightness"), MAX_WAITING - 1);
});
