import { assertEquals } from "@std/assert";
import { explain } from "../../lib/camera/ffmpeg.ts";

/** The sentence for an end of ffmpeg's with code 1 and these last words. */
const sentence = (address: string, ...lines: string[]) =>
  explain(address, { code: 1, signal: null, stderr: lines.join("\n") + "\n" });

Deno.test("explain() names the cause and the mend when it knows it", () => {
  assertEquals(
    sentence(
      "/dev/video0",
      "[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_STREAMON): Device or resource busy",
      "/dev/video0: Device or resource busy",
    ),
    'Cannot read "/dev/video0": ffmpeg exited with code 1: Device or resource busy: ' +
      "another program uses the camera, close it",
  );
  assertEquals(
    sentence("a b.mp4", "[mov,mp4 @ 0x55] moov atom not found", "file:a b.mp4: Invalid data found"),
    'Cannot read "a b.mp4": ffmpeg exited with code 1: moov atom not found: ' +
      "this is not a video that ffmpeg can read",
  );
  assertEquals(
    sentence("x", "[AVFilterGraph @ 0x5] No such filter: 'f'", "Error reinitializing filters!"),
    `Cannot read "x": ffmpeg exited with code 1: No such filter: 'f': mend --filter`,
  );
});

Deno.test("explain() gives ffmpeg's last words when it knows no better", () => {
  assertEquals(
    sentence("rtsp://x/", "first", "[tcp @ 0x5] Connection to tcp://x:554 failed", ""),
    'Cannot read "rtsp://x/": ffmpeg exited with code 1: Connection to tcp://x:554 failed',
  );
  assertEquals(sentence("x"), 'Cannot read "x": ffmpeg exited with code 1');
});

Deno.test("explain() tells an end by a signal, and one without an error", () => {
  assertEquals(
    explain("x", { code: 137, signal: "SIGKILL", stderr: "" }),
    'Cannot read "x": ffmpeg was ended by SIGKILL',
  );
  assertEquals(
    explain("x", { code: 0, signal: null, stderr: "" }),
    'Cannot read "x": ffmpeg ended',
  );
});
