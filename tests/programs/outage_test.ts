import { assert, assertEquals } from "@std/assert";
import { openChromium } from "../support/chromium.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** Prints the number of each frame, like ffmpeg's framecrc. */
const OPENCV = `
import cv2, itertools, sys
capture = cv2.VideoCapture(sys.argv[1])
for number in itertools.count():
    if not capture.read()[0]:
        break
    print(f"0, {number}, ", flush=True)
`;

/** The addresses of all viewers' connections. */
async function connections(url: string): Promise<string[]> {
  const { viewers } = await (await fetch(`${url}/state`)).json();
  return viewers.map(({ address }: { address: string }) => address).toSorted();
}

/** Waits until `program` has read `count` more frames. */
async function reads(program: Program, count: number): Promise<void> {
  const before = program.stdout.match(/^0,/gm)?.length ?? 0;
  await program.says(new RegExp(`^0, +${before + count},`, "m"));
}

Deno.test("programs keep their connection, and the stream continues, when the server is lost and returns", async () => {
  await using way = await Pipeline.start({ server: ["--device", "test", "--size", "640x360"] });
  const stream = `${way.url}/stream`;
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
    await page.goto(stream, { waitUntil: "commit" });
    await using ffmpeg = new Program("ffmpeg", [
      ...["-nostdin", "-v", "warning", "-xerror", "-i", stream],
      ...["-flush_packets", "1", "-f", "framecrc", "-"],
    ]);
    await using opencv = new Program("/usr/bin/python3", ["-c", OPENCV, stream]);
    const bothRead = (count: number) => Promise.all([reads(ffmpeg, count), reads(opencv, count)]);
    await bothRead(15);
    await seesMovingPicture(() => page.screenshot());
    const before = await connections(way.url);
    assertEquals(before.length, 3);

    await way.loseServer();
    // A notice comes once a second.
    await bothRead(3);
    await way.returnServer();
    await bothRead(30);
    await seesMovingPicture(() => page.screenshot());
    assertEquals(await connections(way.url), before);
    assert(!/error|invalid/i.test(ffmpeg.stderr), ffmpeg.stderr);
  } finally {
    await browser.close();
  }
});
