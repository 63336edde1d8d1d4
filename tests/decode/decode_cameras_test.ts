import { assert, assertEquals } from "@std/assert";
import { decodeCameras } from "../../lib/decode/decode_cameras.ts";
import { Turns } from "../../lib/decode/turns.ts";
import { camerasOf } from "../../lib/flow/cameras.ts";
import type { Feed } from "../../lib/flow/feed.ts";
import { eventually } from "../support/eventually.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const pictures = await testPictures(3, "64x48");

/** Cameras of a test, and their decoded frames. */
function camerasNamed(...names: string[]) {
  const fakes = new Map(names.map((name) => [name, new FakeCamera()]));
  return { fakes, cameras: camerasOf(new Map<string, Feed>(fakes)) };
}

Deno.test("Turns go to the longest waiting, and are free again when they end", async () => {
  const turns = new Turns(1);
  const first = await turns.take();
  const order: string[] = [];
  const wait = async (name: string) => {
    using _ = await turns.take();
    order.push(name);
  };
  const waiting = Promise.all([wait("a"), wait("b"), wait("c")]);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await waiting;
  assertEquals(order, ["a", "b", "c"]);
  using _ = await turns.take();
});

Deno.test("decodeCameras() decodes each camera in order, and one that floods the worker starves no other", async () => {
  const { fakes, cameras } = camerasNamed("heavy", "light");
  await using stages = decodeCameras(cameras, { workers: 1 });
  const [heavy, light] = fakes.values();
  using heavyFrames = stages.latest!.get("heavy")!.frames.subscribe();
  using lightFrames = stages.latest!.get("light")!.frames.subscribe();
  await Promise.all([heavy.watched, light.watched]);
  let flooding = true;
  const flood = (async () => {
    for (let n = 1; flooding; n++) {
      heavy.frames.publish(frameOf(pictures[n % 3], n));
      await new Promise((resolve) => setTimeout(resolve));
    }
  })();
  try {
    for (let n = 1; n <= 5; n++) {
      light.frames.publish(frameOf(pictures[n % 3], n));
      assertEquals((await lightFrames.next()).value?.sequence, n);
    }
    let last = 0;
    for (let n = 1; n <= 5; n++) {
      const { sequence } = (await heavyFrames.next()).value!;
      assert(sequence > last);
      last = sequence;
    }
  } finally {
    flooding = false;
    await flood;
  }
});

Deno.test("decodeCameras() gives a camera that sends nothing no turn", async () => {
  const { fakes, cameras } = camerasNamed("silent", "talking");
  await using stages = decodeCameras(cameras, { workers: 1 });
  using _silent = stages.latest!.get("silent")!.frames.subscribe();
  using frames = stages.latest!.get("talking")!.frames.subscribe();
  await Promise.all([...fakes.values()].map(({ watched }) => watched));
  fakes.get("talking")!.frames.publish(frameOf(pictures[0], 4));
  assertEquals((await frames.next()).value?.sequence, 4);
});

Deno.test("decodeCameras() follows cameras that come, go and change their names", async () => {
  const { fakes, cameras } = camerasNamed("a", "b");
  await using stages = decodeCameras(cameras);
  const { latest } = stages;
  assertEquals([...latest!.keys()], ["a", "b"]);
  using frames = latest!.get("a")!.frames.subscribe();
  cameras.publish(new Map([["x", fakes.get("b")!], ["c", new FakeCamera()]]));
  assertEquals((await frames.next()).done, true);
  await eventually(
    () => [...stages.latest!.keys()].join() === "x,c",
    () => [...stages.latest!.keys()].join(),
  );
  assertEquals(stages.latest!.get("x"), latest!.get("b"));
  cameras.close(new Error("refused"));
  assertEquals(await stages.ended.catch(({ message }) => message), "refused");
});

Deno.test("a transform has variables of its own for each camera", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const transform = `${folder}/count.ts`;
    // Each frame is as wide as the number of frames that this camera's variable has counted.
    await Deno.writeTextFile(
      transform,
      `let count = 0; export default (image) => image.crop(0, 0, 8 * ++count, 8);`,
    );
    const { fakes, cameras } = camerasNamed("a", "b");
    await using stages = decodeCameras(cameras, { transform, workers: 1 });
    for (let round = 1; round <= 2; round++) {
      for (const [name, fake] of fakes) {
        const stage = stages.latest!.get(name)!;
        using frames = stage.frames.subscribe();
        await eventually(() => fake.frames.subscribers === 1, () => `${name} is not wanted`);
        fake.frames.publish(frameOf(pictures[0], round));
        await frames.next();
        assertEquals([name, stage.size?.width], [name, 8 * round]);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
