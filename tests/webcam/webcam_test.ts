import { assertEquals, assertMatch } from "@std/assert";
import { partsOf } from "../support/multipart.ts";
import { clientUrl, startClient } from "../support/programs.ts";
import { BOOT_MS, LEAST, Machine } from "./machine.ts";

interface Expected {
  camera: "raw" | "mjpeg";
  args: string[];
  /** What the server logs about it. */
  line: RegExp;
  width: number;
  height: number;
}

/** The raw one has at most 640x480 at 15 fps, and encoding takes long on an emulated machine. */
const CAMERAS: Expected[] = [
  {
    camera: "raw",
    args: ["--fps", "15"],
    line: /vivid-000-vid-cap, .*yuyv422 640x480 at 15: the nearest size that reaches 15.*; encoded/,
    width: 640,
    height: 480,
  },
  {
    camera: "mjpeg",
    args: [],
    line: /MJPEG-camera, .*mjpeg 1280x720 at 30: its own JPEGs, in the wanted size; copied/,
    width: 1280,
    height: 720,
  },
];

for (const { camera, args, line, width, height } of CAMERAS) {
  Deno.test(`a viewer sees a webcam that gives ${camera} frames, on another machine`, async () => {
    await using machine = await Machine.boot({ camera, args });
    await machine.program.says(line, BOOT_MS);
    await using client = startClient("--port", String(machine.port), "--http-port", "0");
    const url = await clientUrl(client);
    await client.says(/camera live/);
    const parts = partsOf(await fetch(`${url}/stream`));
    const times: number[] = [];
    while (times.length < 75) {
      const { headers } = (await parts.next()).value!;
      times.push(Number(headers.get("x-timestamp")));
    }
    const state = await (await fetch(`${url}/state`)).json();
    await parts.return(undefined);
    assertEquals([state.camera.width, state.camera.height], [width, height]);
    assertEquals(state.camera.state, "live");
    assertEquals(state.frames.corrupt, 0);
    // A machine that emulates another one is too busy to keep its rate.
    assertEquals(times, [...new Set(times)].sort((a, b) => a - b));
  });
}

Deno.test("viewers see a webcam again when it was unplugged and has another path", async () => {
  await using machine = await Machine.boot({ camera: "raw", args: ["--device", "/dev/video0"] });
  await machine.program.says(/listening/, BOOT_MS);
  await using client = startClient("--port", String(machine.port), "--http-port", "0");
  const url = await clientUrl(client);
  const parts = partsOf(await fetch(`${url}/stream`));
  await parts.next();
  await machine.order("pull");
  const [, lost] = await client.says(/camera live[^]*?camera lost: (.*)/);
  assertMatch(lost, /No such device: it was unplugged; plug it in again|No webcam at/);
  await machine.order("return");
  await client.says(/camera live[^]*camera lost[^]*camera live/);
  // The same stream goes on, with a new frame.
  const now = Date.now() / 1000;
  let part = await parts.next();
  while (Number(part.value!.headers.get("x-timestamp")) < now) part = await parts.next();
  await parts.return(undefined);
  const { source, camera } = await (await fetch(`${url}/state`)).json();
  assertEquals([source.reconnects, camera.state], [0, "live"]);
  await machine.program.says(/camera live: .*\/dev\/video3/);
});

Deno.test("viewers see that another program uses the webcam, and the webcam once it is free", async () => {
  await using machine = await Machine.boot({ camera: "raw", before: "occupy" });
  await machine.program.says(/listening/, BOOT_MS);
  await using client = startClient("--port", String(machine.port), "--http-port", "0");
  const [lost] = await client.says(/camera lost: .*/);
  assertMatch(lost, /Device or resource busy: another program uses the camera; close it/);
  await machine.order("release");
  await client.says(/camera live/);
});

for (const [words, permissions] of [["all", ["-A"]], ["few", LEAST]] as const) {
  Deno.test(`with ${words} permissions, server.ts says that the only webcam may not be opened, and what to do`, async () => {
    await using machine = await Machine.boot({ camera: "raw", before: "deny", permissions });
    // On a busy host, the emulated machine takes longer than a camera may.
    await machine.program.says(
      /\/dev\/video0.*Permission denied: join its group, and log in again: sudo usermod -aG video \$USER/,
      2 * BOOT_MS,
    );
  });
}
