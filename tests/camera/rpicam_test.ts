import { assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { receive } from "../../lib/client/receive.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { eventually } from "../support/eventually.ts";
import { PiMachine } from "../support/pi_machine.ts";
import { type Program, serverPort } from "../support/programs.ts";
import { PI_4, PI_5, PI_5_WEBCAM } from "../support/raspberry_pi.ts";

/** The size of a frame of a running server. */
async function sizeOf(server: Program, camera?: string): Promise<string> {
  const port = Number(await serverPort(server));
  await using receiver = receive("127.0.0.1", { port, ...camera !== undefined && { camera } });
  using frames = receiver.frames.subscribe();
  const { value } = await deadline(frames.next(), 60_000);
  const { width, height } = jpegSize(value!.bytes);
  return `${width}x${height}`;
}

/** Whether a program with these arguments runs. */
async function runs(args: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
  return new TextDecoder().decode(stdout).includes(args);
}

Deno.test("--device rpicam passes size, rate and quality on, and leaves nothing behind", async () => {
  await using machine = new PiMachine(PI_5);
  machine.addCamera();
  const wanted = ["--device", "rpicam", "--size", "322x244", "--fps", "7", "--quality", "63"];
  await using server = machine.start(wanted);
  assertEquals(await sizeOf(server), "322x244");
  assertEquals(await machine.starts(), [
    "--timeout 0 --nopreview --codec mjpeg --quality 63 --width 322 --height 244 --framerate 7 " +
    "--flush --output -",
  ]);
  await server.says(/Raspberry Pi camera, mjpeg 322x244 at 7, copied/);
  assertEquals(await runs("size=322x244"), true);
  server.kill("SIGTERM");
  assertEquals(await server.ends(), 0);
  await eventually(async () => !(await runs("size=322x244")), () => "it is left behind");
});

Deno.test("auto finds the camera on the ribbon cable of a Raspberry Pi without a webcam, by its older name as well", async () => {
  await using machine = new PiMachine(PI_4);
  machine.addCamera("libcamera-vid");
  await using server = machine.start(["--size", "160x120"]);
  assertEquals(await sizeOf(server), "160x120");
});

Deno.test("auto prefers a webcam to the camera on the ribbon cable", async () => {
  await using machine = new PiMachine(PI_5_WEBCAM);
  machine.addCamera();
  await using server = machine.start([]);
  await server.says(/camera lost: Cannot read "\/dev\/video8"/);
});

Deno.test("the camera on the ribbon cable can be one of several, and filtered", async () => {
  await using machine = new PiMachine(PI_5);
  machine.addCamera();
  const cameras = ["--device", "garden=rpicam", "--device", "other=test", "--size", "160x120"];
  const filter = ["--filter", "garden=crop=80:60"];
  await using server = machine.start([...cameras, ...filter]);
  assertEquals(await sizeOf(server, "garden"), "80x60");
  assertEquals(await sizeOf(server, "other"), "160x120");
});

Deno.test("the server says what is wrong with the camera on the ribbon cable", async () => {
  await using machine = new PiMachine(PI_5);
  machine.addCamera();
  await using none = machine.start([], { fault: "none" });
  assertEquals(await none.ends(), 1);
  assertMatch(
    none.stderr,
    /^server: No camera found on the ribbon cable of this Raspberry Pi: .*, or plug in a webcam; --wait /m,
  );
  await using busy = machine.start(["--device", "rpicam"], { fault: "busy" });
  await busy.says(/camera lost: Another program uses the camera on the ribbon cable; close it/);
});

Deno.test("the server names the permission that rpicam-vid takes, and waits on without it if told to", async () => {
  await using machine = new PiMachine(PI_5);
  machine.addCamera();
  const run = "--allow-run=v4l2-ctl";
  await using ended = machine.start([], { run });
  assertEquals(await ended.ends(), 1);
  const fix = /which Deno does not let this program run; put SOCKETCAM_RUN=rpicam-vid in front of /;
  assertMatch(ended.stderr, fix);
  await using waiting = machine.start(["--wait"], { run });
  await waiting.says(/camera lost: .* which Deno does not let this program run/);
  await serverPort(waiting);
});
