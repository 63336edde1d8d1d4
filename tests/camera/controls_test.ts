import { assertEquals, assertMatch } from "@std/assert";
import { adjust } from "../../lib/camera/adjust.ts";
import { openCamera } from "../../lib/camera/open_camera.ts";
import { parseControls } from "../../lib/camera/v4l2_controls.ts";
import { ControlError } from "../../lib/flow/controls.ts";
import { VIVID } from "../support/control_listings.ts";
import { FakeWebcam } from "../support/fake_webcam.ts";

const CAMERA = { path: "/dev/video0", name: "a fake webcam" };

Deno.test("parseControls() reads every kind whose value is a number, with menus and flags", () => {
  const controls = parseControls(VIVID);
  const numbers = { min: 0, max: 255, step: 1 };
  assertEquals(controls, [
    { name: "brightness", type: "integer", ...numbers, default: 128, value: 77 },
    { name: "hue", type: "integer", min: -128, max: 128, step: 1, default: 0, value: -5 },
    { name: "gain_automatic", type: "boolean", min: 0, max: 1, step: 1, default: 1, value: 1 },
    { name: "gain", type: "integer", ...numbers, default: 100, value: 16, inactive: true },
    { name: "button", type: "button", min: 1, max: 1, step: 1, default: 0, value: 0 },
    {
      ...{ name: "menu", type: "menu", min: 1, max: 4, step: 1, default: 3, value: 3 },
      menu: [1, 3, 4].map((value) => ({ value, text: `Menu Item ${value}` })),
    },
    {
      ...{ name: "integer_menu", type: "menu", min: 1, max: 8, step: 1, default: 4, value: 4 },
      menu: [{ value: 2, text: "2" }, { value: 4, text: "5" }],
    },
    {
      ...{ name: "read_only_integer_32_bits", type: "integer", ...numbers, default: 0, value: 0 },
      readOnly: true,
    },
  ]);
  assertEquals(parseControls("Cannot open device /dev/video9, exiting.\n"), []);
});

Deno.test("adjust() switches off what is automatic before it sets the value, however they are given", async () => {
  for (
    const [automatic, off, value] of [
      ["auto_exposure", 1, "exposure_time_absolute"],
      ["white_balance_automatic", 0, "white_balance_temperature"],
      ["focus_automatic_continuous", 0, "focus_absolute"],
    ] as const
  ) {
    const webcam = new FakeWebcam();
    const wanted = { brightness: 9, [value]: 2000, [automatic]: off };
    if (value === "focus_absolute") wanted[value] = 100;
    const { list, faults } = await adjust(CAMERA, webcam, wanted);
    assertEquals(faults, []);
    assertEquals(webcam.values[0], `${automatic}=${off}`);
    assertEquals(list.find(({ name }) => name === value)?.value, wanted[value]);
  }
});

Deno.test("adjust() names the range, the nearest name, or what decides instead", async () => {
  const sentence = async (name: string, value: number) => {
    const { faults } = await adjust(CAMERA, new FakeWebcam(), { [name]: value });
    return faults.map(({ code, message }) => `${code}: ${message}`).join();
  };
  assertEquals(
    await sentence("brightness", 300),
    "out-of-range: brightness takes 0 to 255, not 300",
  );
  assertEquals(
    await sentence("auto_exposure", 2),
    "out-of-range: auto_exposure takes 1 (Manual Mode), 3 (Aperture Priority Mode), not 2",
  );
  assertEquals(
    await sentence("pan_absolute", 5),
    "out-of-range: pan_absolute takes -36000 to 36000 in steps of 3600, not 5",
  );
  assertEquals(
    await sentence("white_balance_automatic", 2),
    "out-of-range: white_balance_automatic takes 0 or 1, not 2",
  );
  assertEquals(
    await sentence("brightnes", 1),
    'unknown: there is no control "brightnes"; the nearest is brightness',
  );
  assertEquals(
    await sentence("exposure_time_absolute", 100),
    "inactive: exposure_time_absolute is inactive while auto_exposure is 3; change that first",
  );
  assertEquals(
    await sentence("white_balance_temperature", 4000),
    "inactive: white_balance_temperature is inactive while white_balance_automatic is 1; change that first",
  );
});

Deno.test("adjust() sets nothing if it is strict and one value can never be set, else all others", async () => {
  const wanted = { brightness: 9, pan_absolute: 5 };
  const strict = new FakeWebcam();
  assertEquals((await adjust(CAMERA, strict, wanted, { isStrict: true })).faults.length, 1);
  assertEquals(strict.values, []);
  const lenient = new FakeWebcam();
  assertEquals((await adjust(CAMERA, lenient, wanted)).faults.length, 1);
  assertEquals(lenient.values, ["brightness=9"]);
});

Deno.test("adjust() leaves alone what has its value, when it sets again", async () => {
  const webcam = new FakeWebcam();
  await adjust(CAMERA, webcam, { brightness: 128, pan_absolute: 3600 }, { isAgain: true });
  assertEquals(webcam.values, ["pan_absolute=3600"]);
});

Deno.test("a camera without controls says so, and does not start if some are to be set", async () => {
  await using camera = openCamera({ device: "test", width: 160, height: 120 });
  using controls = camera.controls.follow();
  assertEquals((await controls.next()).value, { list: [] });
  await using set = openCamera({ device: "test", set: { brightness: 10 } });
  const error = await set.ready.then(() => undefined, (error) => error);
  assertEquals([error instanceof ControlError, error?.code], [true, "no-controls"]);
  assertMatch(error.message, /^"test picture" has no controls: only webcams have controls$/);
});
