/**
 * Real pictures to test with: made by ffmpeg, and footage of people who walk.
 *
 * @module
 */

/** People walking past, 768x576, 10 a second (Debian: opencv-doc). */
export const FOOTAGE = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
/** How many pictures it has. */
export const FOOTAGE_FRAMES = 795;

/** Runs ffmpeg; fails when it does. */
export async function ffmpeg(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-nostdin", "-hide_banner", "-v", "error", "-y", ...args],
  }).output();
  if (!success) throw new Error(`ffmpeg failed: ${new TextDecoder().decode(stderr)}`);
}

/** All pictures of a video as JPEGs, encoded as `args` say. */
export async function jpegsOf(input: string[], args: string[] = []): Promise<Uint8Array[]> {
  const folder = await Deno.makeTempDir();
  try {
    await ffmpeg(...input, ...args, "-f", "image2", `${folder}/%06d.jpg`);
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    return names.map((name) => Deno.readFileSync(`${folder}/${name}`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Pictures of ffmpeg's moving test picture. */
export function testPictures(count: number, size: string = "320x240"): Promise<Uint8Array[]> {
  return jpegsOf(["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10`], [
    "-frames:v",
    String(count),
  ]);
}
