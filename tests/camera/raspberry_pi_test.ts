import { assertEquals, assertMatch } from "@std/assert";
import { CameraError } from "../../lib/camera/camera_error.ts";
import { isPiPart, parseV4l2Ctl } from "../../lib/camera/v4l2.ts";
import { parseListDevices } from "../../lib/camera/v4l2_list.ts";
import { withHint } from "../../lib/cli/hint.ts";
import { PiMachine } from "../support/pi_machine.ts";
import type { Program } from "../support/programs.ts";
import * as pi from "../support/raspberry_pi.ts";

/** Runs server.ts on such a machine until it ends. */
async function runOn(
  listing: string,
  args: readonly string[],
  listCommand?: string,
): Promise<Program> {
  await using machine = new PiMachine(listing, listCommand);
  await using program = machine.start(args);
  await program.ends();
  return program;
}

for (const [name, listing] of Object.entries({ "4": pi.PI_4, "5": pi.PI_5 })) {
  Deno.test(`--device 0 finds no webcam among the devices of a Raspberry Pi ${name}, and says what to do`, async () => {
    const { stderr } = await runOn(listing, ["--device", "0"]);
    assertMatch(
      stderr,
      /^server: No webcam found: the video devices of this Raspberry Pi are .*; plug in a webcam; .* --device rpicam reads the camera on the ribbon cable$/m,
    );
  });

  Deno.test(`auto says what to install on a Raspberry Pi ${name} without a webcam and rpicam-vid`, async () => {
    const { stderr } = await runOn(listing, []);
    assertMatch(
      stderr,
      /^server: The camera on the ribbon cable .* is not installed; install it \(sudo apt install rpicam-apps\), or plug in a webcam; --wait waits for it$/m,
    );
  });
}

for (const [name, listing] of Object.entries({ "4": pi.PI_4_WEBCAM, "5": pi.PI_5_WEBCAM })) {
  Deno.test(`the webcam of a Raspberry Pi ${name} is found behind its other devices`, async () => {
    const { stdout } = await runOn(listing, ["--list", "--json"]);
    const webcam = {
      path: "/dev/video8",
      name: "UVC Camera (046d:0825)",
      port: "usb-xhci-hcd.0-1",
      position: 0,
    };
    assertEquals(JSON.parse(stdout).map((one: { webcam: unknown }) => one.webcam), [webcam]);
  });
}

Deno.test("the devices of a Raspberry Pi are known by their names, and a webcam and the old camera driver are not among them", () => {
  const names = (listing: string) => parseListDevices(listing).filter(isPiPart).length;
  assertEquals([pi.PI_4, pi.PI_4_WEBCAM, pi.PI_5, pi.PI_5_WEBCAM].map(names), [16, 16, 33, 33]);
  // As the kernel calls them.
  const kernel = [
    ...["bcm2835-codec-encode_image", "bcm2835-isp-stats2", "unicam-image", "unicam-embedded"],
    ...["rp1-cfe-csi2_ch0", "rp1-cfe-fe_image0", "pispbe-output0", "rpivid"],
  ];
  assertEquals(kernel.filter((name) => !isPiPart({ name })), []);
  const cameras = ["mmal service 16.1", "camera0", "UVC Camera (046d:0825)", "HD Webcam"];
  assertEquals(cameras.filter((name) => isPiPart({ name })), []);
});

Deno.test("a device that needs others, or has several planes, has no modes", () => {
  assertEquals(parseV4l2Ctl(pi.CFE), []);
  assertEquals(parseV4l2Ctl(pi.CODEC), []);
  assertEquals(parseV4l2Ctl(pi.UVC_METADATA), []);
  assertEquals(parseV4l2Ctl(pi.UVC_PICTURES), [
    { format: "mjpeg", width: 640, height: 480, rates: [30] },
  ]);
});

Deno.test("a Raspberry Pi without a webcam may get one", () => {
  const error = new CameraError("pi-camera", "No webcam found", { permanent: true });
  assertMatch(withHint(error), /--wait waits for one/);
});

Deno.test("a device that hangs does not keep the server from listing the others", async () => {
  // ffmpeg lists them then, which sees the devices of this machine.
  const { stdout, stderr } = await runOn(pi.PI_4_WEBCAM, ["--list", "--json"], "tail -f");
  assertEquals([Array.isArray(JSON.parse(stdout)), stderr], [true, ""]);
});
