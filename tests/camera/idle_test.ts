import { assert, assertEquals } from "@std/assert";
import { type Camera, openCamera, WAKE_MS } from "../../lib/camera/open_camera.ts";
import { eventually } from "../support/eventually.ts";
import { RawCamera } from "../support/fake_network_camera.ts";
import { testPictures } from "../support/pictures.ts";

/** The states of a camera, from now on. */
function statesOf(camera: Camera): string[] {
  const states: string[] = [];
  void (async () => {
    for await (const { state } of camera.status.subscribe()) states.push(state);
  })();
  return states;
}

Deno.test("a camera is idle while it sleeps and wakes, and live with its first frame", async () => {
  const [jpeg] = await testPictures(1);
  await using network = new RawCamera(async ({ send, left }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    await send(`--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`, jpeg, "\r\n");
    await left();
  });
  await using camera = openCamera({ device: network.url, lingerMs: 1 });
  await eventually(() => camera.status.latest?.state === "idle", () => "it is not idle");
  const states = statesOf(camera);
  using frames = camera.frames.subscribe();
  await frames.next();
  frames.return();
  await eventually(() => states.at(-1) === "idle", () => `${states}`);
  assertEquals(states, ["live", "idle"]);
});

Deno.test("a camera that takes long to wake is starting", async () => {
  const [jpeg] = await testPictures(1);
  const { promise: goOn, resolve } = Promise.withResolvers<void>();
  let isSlow = false;
  await using network = new RawCamera(async ({ send, left }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    if (isSlow) await goOn;
    await send(`--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`, jpeg, "\r\n");
    await left();
  });
  await using camera = openCamera({ device: network.url, lingerMs: 1 });
  const states = statesOf(camera);
  await camera.ready;
  await eventually(() => states.at(-1) === "idle", () => `${states}`);
  isSlow = true;
  const wokeAt = performance.now();
  using frames = camera.frames.subscribe();
  await eventually(() => states.at(-1) === "starting", () => `${states}`);
  assert(performance.now() - wokeAt > WAKE_MS - 50, "it is starting too soon");
  resolve();
  await frames.next();
  await eventually(() => states.at(-1) === "live", () => `${states}`);
});

Deno.test("a lost camera that nobody watches stays lost until it has returned, and only then sleeps", async () => {
  const [jpeg] = await testPictures(1);
  let isBroken = false;
  await using network = new RawCamera(async ({ send, left }) => {
    if (isBroken) return;
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    await send(`--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`, jpeg, "\r\n");
    if (network.requests.length > 1) await left();
    isBroken = network.requests.length === 1;
  });
  await using camera = openCamera({ device: network.url, lingerMs: 1 });
  using frames = camera.frames.subscribe();
  const states = statesOf(camera);
  await frames.next();
  await eventually(() => states.at(-1) === "lost", () => `${states}`);
  frames.return();
  const tried = network.requests.length;
  await eventually(() => network.requests.length >= tried + 2, () => "it is not tried");
  assertEquals(states.at(-1), "lost");
  isBroken = false;
  await eventually(() => states.at(-1) === "idle", () => `${states}`);
  assertEquals(states.slice(-3), ["lost", "live", "idle"]);
});

Deno.test("a camera that is always on is never idle", async () => {
  const size = { width: 162, height: 120 };
  await using camera = openCamera({ device: "test", ...size, lingerMs: 1, alwaysOn: true });
  const states = statesOf(camera);
  await camera.ready;
  using frames = camera.frames.subscribe();
  await frames.next();
  frames.return();
  const { received } = camera.arrivals;
  await eventually(() => camera.arrivals.received >= received + 10, () => "it gives no frames");
  assertEquals(states.includes("idle"), false);
});
