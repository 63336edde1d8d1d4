import { assert, assertEquals } from "@std/assert";
import { openChromium } from "../support/chromium.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** Prints the number of each picture, as ffmpeg's framecrc does. */
const OPENCV = `
import cv2, itertools, sys
capture = cv2.VideoCapture(sys.argv[1])
for number in itertools.count():
    if not capture.read()[0]:
        break
    print(f"0, {number}, ", flush=True)
`;

/** The viewers' connections. */
async function connections(url: string): Promise<string[]> {
  const { viewers } = await (await fetch(`${url}/state`)).json();
  return viewers.map(({ address }: { address: string }) => address).toSorted();
}

/** Waits until `program` has got `count` more pictures. */
async function goesOn(program: Program, count: number): Promise<void> {
  const before = program.stdout.match(/^0,/gm)?.length ?? 0;
  await program.says(new RegExp(`^0, +${before + count},`, "m"));
}

Deno.test("programs go on, on the same connection, when the server is lost and returns", async () => {
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
    const go = (count: number) => Promise.all([goesOn(ffmpeg, count), goesOn(opencv, count)]);
    await go(15);
    await seesMovingPicture(() => page.screenshot());
    const before = await connections(way.url);
    assertEquals(before.length, 3);

    await way.loseServer();
    // What is wrong is shown once a second.
    await go(3);
    await way.returnServer();
    await go(30);
    await seesMovingPicture(() => page.screenshot());
    assertEquals(await connections(way.url), before);
    assert(!/error|invalid/i.test(ffmpeg.stderr), ffmpeg.stderr);
  } finally {
    await browser.close();
  }
});
