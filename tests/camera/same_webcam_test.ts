import { assertEquals } from "@std/assert";
import { WebcamMemory } from "../../lib/camera/same_webcam.ts";
import type { Webcam } from "../../lib/camera/webcam.ts";

/** A webcam at a number of a device and in a port. */
const webcam = (number: number, port: string, more: Partial<Webcam> = {}): Webcam => ({
  ...{ path: `/dev/video${number}`, name: "HD Webcam", port, position: 0 },
  ...more,
});

/** The paths that may be `earlier` among these, which were all seen before, and are again. */
function pathsOf(
  { seen = [], earlier, now, chosen = [] }: {
    seen?: readonly Webcam[];
    earlier: Webcam;
    now: readonly Webcam[];
    chosen?: readonly Webcam[];
  },
): string[] {
  const memory = new WebcamMemory();
  memory.see(seen);
  memory.see(now);
  const found = memory.again(earlier, memory.withoutAmbiguous(now), chosen);
  return [...new Set(found.map(({ path }) => path))];
}

const LEFT = webcam(0, "usb-1");
const RIGHT = webcam(2, "usb-2");

Deno.test("a webcam is found in its port when its number has changed", () => {
  const swapped = [webcam(0, "usb-2"), webcam(2, "usb-1")];
  assertEquals(
    pathsOf({ seen: [LEFT, RIGHT], earlier: LEFT, now: swapped, chosen: [swapped[0]] }),
    ["/dev/video2"],
  );
});

Deno.test("the twin of a webcam that was pulled is not taken for it", () => {
  assertEquals(pathsOf({ seen: [LEFT, RIGHT], earlier: LEFT, now: [RIGHT] }), []);
});

Deno.test("the twin is not taken either when it has the number of the one that was pulled", () => {
  const twin = webcam(0, "usb-2");
  assertEquals(pathsOf({ seen: [LEFT, RIGHT], earlier: LEFT, now: [twin], chosen: [twin] }), []);
});

Deno.test("a twin in a third port may be either, and is not taken", () => {
  const twin = webcam(4, "usb-3");
  assertEquals(pathsOf({ seen: [LEFT, RIGHT], earlier: LEFT, now: [twin], chosen: [twin] }), []);
});

Deno.test("another webcam that was plugged in beside it is not taken for it", () => {
  const other = webcam(2, "usb-2", { name: "Other" });
  assertEquals(pathsOf({ seen: [LEFT, other], earlier: LEFT, now: [other], chosen: [other] }), []);
});

Deno.test("the only webcam of its name is found in another port", () => {
  const moved = webcam(3, "usb-3");
  assertEquals(pathsOf({ seen: [LEFT], earlier: LEFT, now: [moved] }), ["/dev/video3"]);
});

Deno.test("a webcam with a link of its own is found in another port, beside its twin", () => {
  const [left, right] = [{ ...LEFT, byId: "a" }, { ...RIGHT, byId: "b" }];
  const now = [right, webcam(4, "usb-3", { byId: "a" })];
  assertEquals(pathsOf({ seen: [left, right], earlier: left, now }), ["/dev/video4"]);
});

Deno.test("a link that twins without serial numbers share says nothing", () => {
  const left = { ...LEFT, byId: "a" };
  // The link follows the one that stays.
  const right = { ...RIGHT, byId: "a" };
  assertEquals(pathsOf({ seen: [left, RIGHT], earlier: left, now: [right] }), []);
  const memory = new WebcamMemory();
  memory.see([left, RIGHT]);
  assertEquals(memory.withoutAmbiguous([right]), [{ ...RIGHT, byId: undefined }]);
});

Deno.test("a device whose port is not known yet is not taken, unless it has the name that no other has", () => {
  const link = { path: "/dev/v4l/by-id/x", name: "/dev/v4l/by-id/x" };
  const fresh = { ...LEFT, port: undefined };
  const isTaken = (seen: Webcam[], one: Webcam) =>
    pathsOf({ seen, earlier: LEFT, now: [], chosen: [one] }).length > 0;
  assertEquals(isTaken([LEFT], link), false);
  assertEquals(isTaken([LEFT], fresh), true);
  assertEquals(isTaken([LEFT, RIGHT], fresh), false);
});

Deno.test("of several devices in one port, the one at the same position comes first", () => {
  const devices = [0, 1, 2].map((position) => webcam(6 + position, "usb-1", { position }));
  assertEquals(
    pathsOf({ earlier: { ...LEFT, position: 1 }, now: devices }),
    ["/dev/video7", "/dev/video6", "/dev/video8"],
  );
  // Several devices of one webcam are no twins.
  const moved = devices.map((one) => ({ ...one, port: "usb-3" }));
  assertEquals(pathsOf({ seen: devices, earlier: devices[0], now: moved }).length, 3);
});

Deno.test("where ports are unknown, path and name count", () => {
  const one = webcam(0, "", { port: undefined });
  const now = [webcam(3, "", { port: undefined }), { path: "/dev/video4", name: "Other" }];
  assertEquals(pathsOf({ earlier: one, now, chosen: [now[1]] }), ["/dev/video4", "/dev/video3"]);
});
