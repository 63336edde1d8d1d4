/** Two webcams of one model and name, in two ports. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Image } from "imagescript";
import { receive, type Receiver } from "socketcam";
import { BOOT_MS, LEAST, Machine } from "./machine.ts";

/** The raw webcams encode here, on an emulated machine. */
const SMALL = ["--size", "320x180", "--fps", "5"];

/** Which of the twins a picture is from. */
async function twinOn(bytes: Uint8Array): Promise<"first" | "second"> {
  const image = await Image.decode(bytes) as Image;
  const [red, , blue] = Image.colorToRGBA(image.averageColor());
  assert(Math.abs(red - blue) > 100, `neither red nor blue: ${red}, ${blue}`);
  return red > blue ? "first" : "second";
}

/** Waits until the camera is in this state; returns the reason of a loss. */
async function until(remote: Receiver, state: "live" | "lost"): Promise<string> {
  using states = remote.status.follow();
  for await (const status of states) {
    if (status.state === state) return status.state === "lost" ? status.reason : "";
  }
  throw new Error("the receiver ended");
}

/** Which twins the frames of a live camera are from, until it is lost, and why it is. */
interface Watched {
  readonly twins: readonly string[];
  readonly reason: string;
}

/** Reads the frames of live cameras; once each has given one, returns what comes of them. */
async function watch(...remotes: readonly Receiver[]): Promise<{ untilLost: Promise<Watched[]> }> {
  const watching = remotes.map((remote) => {
    const twins = new Set<string>();
    const seen = Promise.withResolvers<void>();
    const frames = remote.frames.subscribe();
    const reading = (async () => {
      for await (const { bytes } of frames) {
        twins.add(await twinOn(bytes));
        seen.resolve();
      }
    })();
    const untilLost = (async () => {
      const reason = await until(remote, "lost");
      frames.close();
      await reading;
      return { twins: [...twins], reason };
    })();
    return { seen: seen.promise, untilLost };
  });
  // The server sends a frame only when it has heard that somebody watches.
  await Promise.all(watching.map(({ seen }) => seen));
  return { untilLost: Promise.all(watching.map(({ untilLost }) => untilLost)) };
}

/** Reads the next frame. */
async function next(remote: Receiver): Promise<"first" | "second"> {
  for await (const { bytes } of remote) return await twinOn(bytes);
  throw new Error("the receiver ended");
}

const LINK = "/dev/v4l/by-id/usb-vivid-video-index0";

/** What the server says when it has looked for the first twin again, with all permissions and few. */
const CASES = [
  {
    words: "all permissions",
    permissions: ["-A"],
    device: "/dev/video0",
    again: /camera lost: .*No such device/,
  },
  {
    words: "few permissions",
    permissions: LEAST,
    device: "/dev/video0",
    again: /camera lost: No webcam at \/dev\/video0: this machine has "vivid" \(\/dev\/video1\)/,
  },
  {
    words: "few permissions and a link that then leads to its twin",
    permissions: LEAST,
    device: LINK,
    again:
      /camera lost: No webcam at \/dev\/v4l\/by-id\/.*: this machine has "vivid" \(\/dev\/video1\)/,
  },
];

for (const { words, permissions, device, again } of CASES) {
  Deno.test(`with ${words}, a webcam that was pulled is lost, though its twin is there, and returns to its port`, async () => {
    await using machine = await Machine.boot({
      camera: "none",
      before: "twins",
      permissions,
      args: [...SMALL, "--device", `left=${device}`, "--device", "right=/dev/video1"],
    });
    await machine.program.says(/listening.*left, right/, BOOT_MS);
    await using left = receive("127.0.0.1", { port: machine.port, camera: "left" });
    await using right = receive("127.0.0.1", { port: machine.port, camera: "right" });
    assertEquals([await next(left), await next(right)], ["first", "second"]);
    await until(left, "live");
    await until(right, "live");
    const losses: string[] = [];
    const states = right.status.subscribe();
    const watching = (async () => {
      for await (const { state } of states) if (state === "lost") losses.push(state);
    })();
    const pulled = await watch(left);
    await machine.order("pull-first");
    const [{ twins, reason }] = await pulled.untilLost;
    assertEquals(twins, ["first"]);
    assertMatch(reason, /No such device|No webcam at/);
    await machine.program.says(again);
    assertEquals(await next(right), "second");
    await machine.order("return-first");
    assertEquals(await next(left), "first");
    await until(left, "live");
    states.return();
    await watching;
    assertEquals(losses, []);
    // Each has the other's number now, and the link leads to the first twin.
    const swapped = await watch(left, right);
    await machine.order("swap");
    const ended = await swapped.untilLost;
    assertEquals(ended.map(({ twins }) => twins), [["first"], ["second"]]);
    assertEquals([await next(left), await next(right)], ["first", "second"]);
    await machine.program.says(/left.*camera live: vivid.*(\/dev\/video1|by-id)/);
  });
}

Deno.test("--list --json says where each of two twins is plugged in, and links to them", async () => {
  await using machine = await Machine.boot({
    camera: "none",
    before: "twins",
    args: ["--list", "--json"],
  });
  await machine.program.says(/^\]/m, BOOT_MS);
  const text = /^\[$[^]*^\]$/m.exec(machine.program.stdout.replaceAll("\r", ""))![0];
  const webcams = JSON.parse(text).map(({ webcam }: { webcam: Record<string, string> }) => webcam);
  assertEquals(
    webcams.map(({ path, port, byPath, byId }: Record<string, string>) => ({
      ...{ path, port, byPath },
      byId,
    })),
    [0, 1].map((number) => ({
      path: `/dev/video${number}`,
      port: `platform:vivid-00${number}`,
      byPath: `/dev/v4l/by-path/port-${number}-video-index0`,
      byId: number === 0 ? LINK : undefined,
    })),
  );
});
