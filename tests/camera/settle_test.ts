import { assertEquals } from "@std/assert";
import { openCamera } from "../../lib/camera/open_camera.ts";
import { type Settle, Settling, WEBCAM_SETTLE } from "../../lib/camera/settle.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { RawCamera } from "../support/fake_network_camera.ts";
import { testPictures } from "../support/pictures.ts";

/** How many of a hundred frames, one every 10 ms, are dropped. */
function dropped(settle?: Settle): number {
  const settling = new Settling(settle);
  return Array.from({ length: 100 }, (_, i) => 10 * i).filter((at) => settling.drops(at)).length;
}

Deno.test("Settling drops frames up to the limit of number or time that is over first", () => {
  assertEquals(dropped(), 0);
  assertEquals(dropped({ frames: 0 }), 0);
  assertEquals(dropped({ frames: 7 }), 7);
  assertEquals(dropped({ ms: 200 }), 20);
  assertEquals(dropped({ frames: 7, ms: 200 }), 7);
  assertEquals(dropped({ frames: 30, ms: 200 }), 20);
  assertEquals(dropped(WEBCAM_SETTLE), 20);
});

Deno.test("Settling counts its time from the first frame, and never begins again", () => {
  const settling = new Settling({ ms: 100 });
  assertEquals([5000, 5099, 5100, 5099].map((at) => settling.drops(at)), [
    ...[true, true, false, false],
  ]);
});

Deno.test("a camera drops what it is told to whenever it starts, and is live with the frame after that", async () => {
  const pictures = [...await testPictures(2, "160x120"), ...await testPictures(1, "320x240")];
  await using network = new RawCamera(async ({ send, left }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n");
    for (const jpeg of pictures) {
      await send(`--b\r\nContent-Length: ${jpeg.length}\r\n\r\n`, jpeg, "\r\n");
    }
    await left();
  });
  await using camera = openCamera({ device: network.url, settle: { frames: 2 }, lingerMs: 1 });
  for (let start = 0; start < 2; start++) {
    using frames = camera.frames.subscribe();
    const { value: first } = await frames.next();
    assertEquals(jpegSize(first!.bytes).width, 320);
    frames.return();
    for await (const { state } of camera.status.follow()) if (state === "idle") break;
  }
  assertEquals(camera.arrivals.received, 2);
});
