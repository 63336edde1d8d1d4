import { assert, assertEquals } from "@std/assert";
import { openChromium } from "../support/chromium.ts";
import { seesMovingPicture } from "../support/looks.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program } from "../support/programs.ts";

/** Prints a line for each picture. */
const OPENCV = `
import cv2, sys
capture = cv2.VideoCapture(sys.argv[1])
while capture.read()[0]:
    print("picture", flush=True)
`;

/** The viewers' connections. */
async function connections(url: string): Promise<string[]> {
  const { viewers } = await (await fetch(`${url}/state`)).json();
  return viewers.map(({ address }: { address: string }) => address).toSorted();
}

/** Waits until `program` has got `count` more pictures, each of which it reports by `word`. */
async function goesOn(program: Program, word: string, count: number): Promise<void> {
  const before = (program.stdout + program.stderr).split(word).length - 1;
  await program.says(new RegExp(`(${word}[^]*){${before + count}}`));
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
      ...["-f", "framecrc", "-"],
    ]);
    await using opencv = new Program("/usr/bin/python3", ["-c", OPENCV, stream]);
    const programs: [Program, string][] = [[ffmpeg, "\n0, "], [opencv, "picture"]];
    const go = async (count: number) => {
      await Promise.all(programs.map(([program, word]) => goesOn(program, word, count)));
    };
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
