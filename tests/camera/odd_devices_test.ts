import { assert, assertRejects } from "@std/assert";
import { CameraError } from "../../lib/camera/camera_error.ts";
import { openCamera } from "../../lib/camera/open_camera.ts";

/** Values of `--device` that are no camera: options, protocols, devices and paths of other kinds. */
const ODD_DEVICES = [
  ...["-i", "-version", "--", "%d.jpg", "*", "/dev/null", "/dev/zero", "/etc/passwd", "/"],
  ...["file:///etc/passwd", "concat:/etc/passwd", "pipe:0", "fd:0", "cache:/etc/passwd"],
  ...["subfile,,start,0,end,0,,:/etc/passwd", "data:image/png;base64,AAAA", "crypto:/etc/passwd"],
  ...[
    "lavfi:testsrc",
    "tcp://127.0.0.1:9",
    "ftp://127.0.0.1/x",
    "\u0000",
    "a\u0000b",
    "\n",
    "ü".repeat(5000),
  ],
];

for (const device of ODD_DEVICES) {
  const shown = JSON.stringify(device.slice(0, 40));
  Deno.test(`openCamera() refuses the device ${shown} with a sentence`, async () => {
    await using camera = openCamera({ device });
    const error = await assertRejects(async () => {
      for await (const _ of camera) break;
    }, CameraError);
    assert(error.permanent && /^[A-Z"][^\n]{10,}$/.test(error.message), error.message);
  });
}
