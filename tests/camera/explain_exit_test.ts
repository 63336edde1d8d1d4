import { assert, assertEquals } from "@std/assert";
import type { Exit } from "../../lib/camera/child.ts";
import { explainExit } from "../../lib/camera/explain_exit.ts";

/** Code and message for an exit with code 1 and this end of the log. */
function explain(address: string, lines: string[], exit: Partial<Exit> = {}): [string, string] {
  const stderr = lines.join("\n") + "\n";
  const { code, message } = explainExit(address, { code: 1, signal: null, stderr, ...exit }, false);
  return [code, message];
}

Deno.test("explainExit() names the cause and a hint when it knows them", () => {
  assertEquals(
    explain("/dev/video0", [
      "[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_STREAMON): Device or resource busy",
      "/dev/video0: Device or resource busy",
    ]),
    [
      "busy",
      'Cannot read "/dev/video0": ffmpeg exited with code 1: Device or resource busy: ' +
      "another program uses the camera; close it",
    ],
  );
  assertEquals(
    explain("a b.mp4", [
      "[mov,mp4 @ 0x55] moov atom not found",
      "file:a b.mp4: Invalid data found",
    ]),
    [
      "not-a-video",
      'Cannot read "a b.mp4": ffmpeg exited with code 1: moov atom not found: ' +
      "this is not a video that ffmpeg can read",
    ],
  );
  assertEquals(
    explain("x", ["[AVFilterGraph @ 0x5] No such filter: 'f'", "Error reinitializing filters!"]),
    ["filter", `ffmpeg refuses the filter graph: No such filter: 'f'`],
  );
  const bus = "[video4linux2,v4l2 @ 0x5] ioctl(VIDIOC_STREAMON): No space left on device";
  assertEquals(
    explain("/dev/video2", [bus, "/dev/video2: No space left on device"])[0],
    "no-bandwidth",
  );
});

Deno.test("explainExit() blames the filter graph, not the camera, for every fault of a graph", () => {
  const end = ["Error reinitializing filters!", "Failed to inject frame into filter network: x"];
  for (
    const [line, words] of [
      ["[Parsed_scale_0 @ 0x5] Invalid size 'foo'", "Invalid size 'foo'"],
      ["[Parsed_scale_0 @ 0x5] Option 'nope' not found", "Option 'nope' not found"],
      ["[Parsed_crop_0 @ 0x5] Invalid too big size", "Invalid too big size"],
      ["[transpose @ 0x5] Value 99 for parameter 'dir' out of range", "Value 99 for parameter"],
    ]
  ) {
    const [code, message] = explain("/dev/video0", [line, ...end]);
    assertEquals(code, "filter");
    assert(message.startsWith(`ffmpeg refuses the filter graph: ${words}`), message);
  }
});

Deno.test("explainExit() names the group of a webcam that may not be read, not of a file", () => {
  const [code, message] = explain("/dev/video0", ["/dev/video0: Permission denied"]);
  assertEquals([code, message.split(": ").at(-1)], ["denied", "sudo usermod -aG video $USER"]);
  assertEquals(explain("a.mp4", ["file:a.mp4: Permission denied"]), [
    "denied",
    'Cannot read "a.mp4": ffmpeg exited with code 1: Permission denied: it may not be read',
  ]);
});

Deno.test("explainExit() gives the last line of the log when it knows no cause", () => {
  assertEquals(
    explain("rtsp://x/", ["first", "[tcp @ 0x5] Connection to tcp://x:554 failed", ""]),
    [
      "ended",
      'Cannot read "rtsp://x/": ffmpeg exited with code 1: Connection to tcp://x:554 failed',
    ],
  );
  assertEquals(explain("x", []), ["ended", 'Cannot read "x": ffmpeg exited with code 1']);
});

Deno.test("explainExit() tells an end by a signal from one without an error", () => {
  assertEquals(
    explain("x", [], { code: 137, signal: "SIGKILL" }),
    ["ended", 'Cannot read "x": ffmpeg was ended by SIGKILL'],
  );
  assertEquals(explain("x", [], { code: 0 }), ["ended", 'Cannot read "x": ffmpeg ended']);
});

Deno.test("explainExit() shows no secret of a URL in ffmpeg's log", () => {
  const line = "[tcp @ 0x5] Error opening rtsp://me:p@ss@x/1?token=secret: 401";
  const { message, cause } = explainExit("x", { code: 1, signal: null, stderr: line }, false);
  assertEquals(/ss@|secret/.test(message + cause), false);
});

Deno.test("explainExit() shows no password, and keeps the log as the cause", () => {
  const stderr = "[in @ 0x5] started\nError opening input file rtsp://me:secret@x/.\n";
  const { message, cause } = explainExit("rtsp://x/", { code: 1, signal: null, stderr }, true);
  assertEquals(
    message,
    'Cannot read "rtsp://x/": ffmpeg exited with code 1: Error opening input file rtsp://x/.',
  );
  assertEquals(cause, "[in @ 0x5] started\nError opening input file rtsp://x/.");
});
