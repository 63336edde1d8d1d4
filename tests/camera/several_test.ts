import { assert, assertEquals } from "@std/assert";
import { type Camera, openCamera } from "../../lib/camera/open_camera.ts";
import { eventually } from "../support/eventually.ts";
import { NetworkCamera } from "../support/fake_network_camera.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);

/** Waits until the camera is live or lost. */
function reaches(camera: Camera, state: "live" | "lost", sending: () => void): Promise<void> {
  return eventually(() => {
    sending();
    return camera.status.latest?.state === state;
  }, () => `the camera is ${JSON.stringify(camera.status.latest)}`);
}

Deno.test("a camera that is lost, or cannot be had at all, does not disturb the others, and returns", async () => {
  await using porch = new NetworkCamera();
  let garden = new NetworkCamera();
  const { port } = new URL(garden.url);
  await using first = openCamera({ device: porch.url, alwaysOn: true });
  await using second = openCamera({ device: garden.url, alwaysOn: true });
  await using none = openCamera({ device: "/dev/video99" });
  none.frames.ended.catch(() => {});
  try {
    const send = () => [porch, garden].forEach((camera) => camera.send(picture));
    await reaches(first, "live", send);
    await reaches(second, "live", send);
    const seen: string[] = [];
    using states = first.status.subscribe();
    const watching = (async () => {
      for await (const { state } of states) seen.push(state);
    })();
    await garden[Symbol.asyncDispose]();
    await reaches(second, "lost", () => porch.send(picture));
    const before = first.arrivals.received;
    await eventually(() => {
      porch.send(picture);
      return first.arrivals.received > before + 5;
    }, () => `${first.arrivals.received - before} frames came`);
    garden = new NetworkCamera(Number(port));
    await reaches(second, "live", send);
    states.return();
    await watching;
    assertEquals(seen, []);
    assert(second.error !== undefined && first.error === undefined);
  } finally {
    await garden[Symbol.asyncDispose]();
  }
});
