import { assertEquals } from "@std/assert";
import { receive } from "socketcam";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { BOOT_MS, LEAST, Machine } from "./machine.ts";

Deno.test("the JPEGs of a webcam are turned without loss, with few permissions", async () => {
  await using machine = await Machine.boot({
    ...{ camera: "mjpeg", permissions: LEAST },
    args: ["--rotate", "90", "--settle", "0"],
  });
  // A busy host takes longer to boot it.
  await machine.program.says(/mjpeg 1280x720 .*; turned without loss/, 2 * BOOT_MS);
  await using remote = receive("127.0.0.1", { port: machine.port });
  for await (const { bytes } of remote) {
    assertEquals(jpegSize(bytes), { width: 720, height: 1280 });
    break;
  }
});
