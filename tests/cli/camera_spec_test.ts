import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  type CameraArguments,
  cameraSpecs,
  controlValues,
  repeated,
  settings,
} from "../../lib/cli/camera_spec.ts";
import type { Flip, Rotation } from "../../lib/camera/turn.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { MAX_NAME, nameFault } from "../../lib/flow/camera_name.ts";
import { readAssets } from "../../lib/http/page/assets.ts";

/** The cameras of these `--device`s as `name device`. */
const namesOf = (...device: string[]) =>
  cameraSpecs({ device }).map(({ name, device }) => `${name} ${device}`);

const fault = (options: CameraArguments) =>
  assertThrows(() => cameraSpecs(options), UsageError).message;

/** Reads numbers, as `--fps` does. */
const numbers = (...texts: string[]) =>
  texts.reduce<ReturnType<ReturnType<typeof settings<number>>>>(
    (before, text) => settings(Number)(text, before),
    [],
  );

Deno.test("without --device, there is one camera, the first webcam", () => {
  assertEquals(cameraSpecs({}), [{ name: "1", device: "auto" }]);
});

Deno.test("a camera has the name in front of its input, or else its position", () => {
  assertEquals(namesOf("porch=/dev/video0"), ["porch /dev/video0"]);
  assertEquals(namesOf("0", "garden=rtsp://me:secret@x/live?a=1&b=2", "test"), [
    ...["1 0", "garden rtsp://me:secret@x/live?a=1&b=2", "3 test"],
  ]);
  assertEquals(namesOf("Back-Door_2=HD Webcam"), ["Back-Door_2 HD Webcam"]);
});

/** Inputs without a name, some with `=` in them. */
const INPUTS = [
  ...["auto", "0", "/dev/video0", "HD Webcam", "HD Webcam: UVC (046d:0825)", "test", "street.mp4"],
  ...[
    "./a=b.mp4",
    "../a=b.mp4",
    "/tmp/a=b.mp4",
    "videos/a=b.mp4",
    "C:\\a=b.avi",
    "videos\\a=b.avi",
  ],
  ...["rtsp://x/?a=1", "http://me:a=b@x/stream", "https://x/a=b?fps=5&size=9x9", "http://x?a=b"],
  ...["/dev/v4l/by-path/platform-1.usb-usb-0:1.2:1.0-video-index0", "socketcam://x:9999/porch"],
  ...["rpicam", "exec:a", "exec:a b=c --d=e", "exec:'/opt/my cam' -o -", "exec:sh -c 'a=1; b | c'"],
];

for (const input of INPUTS) {
  Deno.test(`--device takes ${input} as it is, and with a name in front`, () => {
    assertEquals(namesOf(input), [`1 ${input}`]);
    assertEquals(namesOf(`porch=${input}`), [`porch ${input}`]);
  });
}

/** Texts that are not names, and the error for each. */
const WRONG: readonly (readonly [device: string, words: RegExp])[] = [
  ["my porch=0", /^--device my porch=0: the name before the = takes letters, digits, - and _, /],
  ["a.b=c.mp4", /for a file of this name, write \.\/a\.b=c\.mp4$/],
  ["pörch=0", /takes letters/],
  ["-x=0", /starts with a letter or a digit/],
  ["=0", /takes letters/],
  [`${"a".repeat(MAX_NAME + 1)}=0`, /at most 32/],
  ["7=0", /needs a letter, because numbers are for cameras without a name/],
  ["stream=0", /must be another one, because the path \/stream is in use/],
  ["Cameras=0", /must be another one, because the path \/cameras is in use/],
  ["porch=", /^--device "porch=" names no camera: write --device porch=\/dev\/video0$/],
  ["", /names no camera: write --device porch=\/dev\/video0$/],
];

for (const [device, words] of WRONG) {
  Deno.test(`--device "${device}" is refused with a sentence that names the fix`, () => {
    assertMatch(fault({ device: [device] }), words);
  });
}

Deno.test("an error about a name shows no password", () => {
  assertMatch(fault({ device: ["my porch=rtsp://me:secret@x/"] }), /rtsp:\/\/x\//);
});

Deno.test("two cameras cannot have one name, not even in another case", () => {
  assertMatch(
    fault({ device: ["porch=0", "garden=1", "Porch=2"] }),
    /^Two cameras are called "Porch": give one another name/,
  );
});

Deno.test("an option is for all cameras, or with a name in front for that one", () => {
  const device = ["porch=0", "1", "garden=2"];
  const fpsOf = (...fps: string[]) =>
    cameraSpecs({ device, fps: numbers(...fps) }).map(({ fps }) => fps);
  assertEquals(fpsOf(), [undefined, undefined, undefined]);
  assertEquals(fpsOf("15"), [15, 15, 15]);
  assertEquals(fpsOf("porch=5", "15"), [5, 15, 15]);
  assertEquals(fpsOf("Garden=5"), [undefined, undefined, 5]);
  assertEquals(fpsOf("15", "2=7", "10"), [10, 7, 10]);
  assertMatch(
    fault({ device, fps: numbers("proch=5") }),
    /^--fps is for "proch", but no camera has this name: there are porch, 2, garden$/,
  );
});

Deno.test("each camera has its size, rate, quality and filter", () => {
  const size = { width: 640, height: 480 };
  assertEquals(
    cameraSpecs({
      device: ["porch=0", "garden=1"],
      size: [{ camera: "porch", value: size }],
      fps: numbers("porch=15"),
      quality: numbers("porch=60"),
      filter: ["porch=transpose=1"],
    }),
    [
      { name: "porch", device: "0", size, fps: 15, quality: 60, filter: "transpose=1" },
      { name: "garden", device: "1" },
    ],
  );
});

Deno.test("a control is set for all cameras, or with a name in front for that one", () => {
  const set = ["brightness=10", "porch=brightness=-5\nhue=3", "porch=focus_absolute=40", "hue=4"]
    .reduce<ReturnType<typeof controlValues>>((before, text) => controlValues(text, before), []);
  const cameras = cameraSpecs({ device: ["porch=0", "garden=1"], set });
  assertEquals(cameras.map(({ set }) => set), [
    { brightness: -5, hue: 4, focus_absolute: 40 },
    { brightness: 10, hue: 4 },
  ]);
  assertEquals(
    fault({ set: controlValues("barn=hue=1") }),
    '--set is for "barn", but no camera has this name: there is 1',
  );
  for (const text of ["", "brightness", "brightness=", "brightness=bright", "a=b=c=1", "x=1.5"]) {
    assertThrows(() => controlValues(text), Error, "such as brightness=10");
  }
});

Deno.test("each camera is turned in its own way", () => {
  const rotate = settings((text) => Number(text) as Rotation)("porch=90");
  const flip = settings((text) => text as Flip)("h");
  assertEquals(cameraSpecs({ device: ["porch=0", "garden=1"], rotate, flip }), [
    { name: "porch", device: "0", rotate: 90, flip: "h" },
    { name: "garden", device: "1", flip: "h" },
  ]);
});

Deno.test("a filter graph has a name in front only if a camera is called so", () => {
  const device = ["porch=0", "garden=1"];
  const filtersOf = (...filter: string[]) =>
    cameraSpecs({ device, filter }).map(({ filter }) => filter);
  const graph = "crop=iw/2:ih:0:0,drawtext=text='porch=\na',hflip";
  assertEquals(filtersOf(graph), [graph, graph]);
  assertEquals(filtersOf("hflip", `GARDEN=${graph}`), ["hflip", graph]);
  assertEquals(filtersOf("porch=hflip\ngarden=vflip"), ["hflip", "vflip"]);
  assertEquals(filtersOf("proch=hflip"), ["proch=hflip", "proch=hflip"]);
});

Deno.test("a variable has several values in several lines", () => {
  assertEquals(repeated("porch=0\n\ngarden=HD Webcam\n"), ["porch=0", "garden=HD Webcam"]);
  assertEquals(repeated("1", repeated("0")), ["0", "1"]);
  assertEquals(numbers("30\nporch=5"), [{ value: 30 }, { camera: "porch", value: 5 }]);
});

Deno.test("no camera can have the name of a file that the page loads", () => {
  const folders = Object.keys(readAssets().files).map((path) => path.split("/")[1]);
  assert(folders.length > 0);
  assertEquals(folders.filter((name) => nameFault(name) === undefined), []);
});
