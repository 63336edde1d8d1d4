import { assertEquals, assertMatch } from "@std/assert";
import { CameraError } from "../../lib/camera/camera_error.ts";
import { isPiPart, parseV4l2Ctl } from "../../lib/camera/v4l2.ts";
import { parseListDevices } from "../../lib/camera/v4l2_list.ts";
import { withHint } from "../../lib/cli/hint.ts";
import { Program } from "../support/programs.ts";
import * as pi from "../support/raspberry_pi.ts";

/** What each kind of device says of itself, by the name of its kind. */
const SAYS: Readonly<Record<string, string>> = {
  "bcm2835-codec-decode": pi.CODEC,
  "bcm2835-isp": pi.ISP,
  unicam: pi.UNICAM,
  rpivid: pi.CODEC,
  pispbe: pi.CODEC,
  "rp1-cfe": pi.CFE,
  "rpi-hevc-dec": pi.CODEC,
};

/**
 * Runs server.ts beside a fake `v4l2-ctl`, which prints what the real one does on this machine, with
 * permissions that do not let it see the devices of the machine that it runs on.
 */
async function runOn(
  listing: string,
  args: readonly string[],
  listCommand: string = "cat",
): Promise<Program> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/devices`, listing);
    for (const { path, name } of parseListDevices(listing)) {
      const text = SAYS[name] ?? (path.endsWith("8") ? pi.UVC_PICTURES : pi.UVC_METADATA);
      await Deno.writeTextFile(`${folder}/${path.replace("/dev/", "")}`, text);
    }
    const fake = `#!/bin/sh
      [ "$1" = --list-devices ] && exec ${listCommand} ${folder}/devices
      for last; do :; done
      exec cat ${folder}/$(basename "$last")`;
    await Deno.writeTextFile(`${folder}/v4l2-ctl`, fake, { mode: 0o755 });
    const permissions = [
      "--allow-net",
      "--allow-env",
      "--allow-sys",
      "--allow-read=.",
      "--allow-run",
    ];
    await using program = new Program(
      Deno.execPath(),
      ["run", "--no-prompt", ...permissions, "server.ts", "--port", "0", ...args],
      { PATH: `${folder}:${Deno.env.get("PATH")}` },
    );
    await program.ends();
    return program;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const WITHOUT = [
  { name: "4", listing: pi.PI_4, device: "auto" },
  { name: "5", listing: pi.PI_5, device: "auto" },
  { name: "5", listing: pi.PI_5, device: "0" },
];

for (const { name, listing, device } of WITHOUT) {
  Deno.test(`--device ${device} finds no webcam among the devices of a Raspberry Pi ${name}, and says what to do`, async () => {
    const { stderr } = await runOn(listing, ["--device", device]);
    assertMatch(
      stderr,
      /^server: No webcam found: the video devices of this Raspberry Pi are .*; plug in a webcam; .* --device rpicam reads the camera on the ribbon cable$/m,
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
