/**
 * A real V4L2 webcam: that of a virtual machine in which the server runs. The client runs outside,
 * so these are two machines. `WEBCAM_VM` names the program that boots the machine; it takes
 * `--camera raw|mjpeg|none`, `--forward HOST_PORT:GUEST_PORT`, and the command to run inside.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { partsOf } from "../support/multipart.ts";
import { clientUrl, Program, startClient } from "../support/programs.ts";

const VM = Deno.env.get("WEBCAM_VM");
if (!VM) throw new Error("Name the program that boots a machine with a webcam in WEBCAM_VM");

/** How long the machine may take to boot and the server to be ready: it is emulated. */
const BOOT_MS = 90_000;

/** A machine with a webcam, which runs `server.ts`. */
function startMachine(camera: "raw" | "mjpeg") {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const command = [Deno.execPath(), "run", "-A", "server.ts"];
  const machine = new Program(VM!, ["--camera", camera, "--forward", `${port}:9999`, ...command]);
  return {
    port,
    machine,
    async [Symbol.asyncDispose]() {
      // The machine is a child of the program that boots it.
      for (const pid of await machine.children()) Deno.kill(pid, "SIGTERM");
      await machine.ends();
    },
  };
}

interface Expected {
  camera: "raw" | "mjpeg";
  /** What the server says of it. */
  line: RegExp;
  /** What the drivers give at 1280x720, a second. */
  fps: number;
}

const CAMERAS: Expected[] = [
  { camera: "raw", line: /camera: vivid-000-vid-cap, .*yuyv422 1280x720.*encoded/, fps: 12.5 },
  { camera: "mjpeg", line: /camera: MJPEG-camera, .*mjpeg 1280x720.*copied/, fps: 30 },
];

for (const { camera, line, fps } of CAMERAS) {
  Deno.test(`a viewer sees a webcam that gives ${camera} pictures, on another machine`, async () => {
    await using guest = startMachine(camera);
    const { machine, port } = guest;
    await machine.says(line, BOOT_MS);
    await using client = startClient("--port", String(port), "--http-port", "0");
    const url = await clientUrl(client);
    await client.says(/camera live/);
    const parts = partsOf(await fetch(`${url}/stream`));
    const times: number[] = [];
    while (times.length < 5 * fps) {
      const { headers } = (await parts.next()).value!;
      times.push(Number(headers.get("x-timestamp")));
    }
    const state = await (await fetch(`${url}/state`)).json();
    await parts.return(undefined);
    assertEquals([state.camera.width, state.camera.height], [1280, 720]);
    assertEquals(state.camera.state, "live");
    assertEquals(state.frames.corrupt, 0);
    const measured = (times.length - 1) / (times.at(-1)! - times[0]);
    assert(Math.abs(measured - fps) < 0.2 * fps, `${measured} pictures a second, not ${fps}`);
  });
}
