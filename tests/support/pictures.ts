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
export function testPictures(
  count: number,
  size: string = "320x240",
  args: string[] = [],
): Promise<Uint8Array[]> {
  return jpegsOf(["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=10`], [
    "-frames:v",
    String(count),
    ...args,
  ]);
}

/** Where Debian's opencv-doc has photographs. */
const PHOTOGRAPHS = "/usr/share/doc/opencv-doc/examples/data";

/** A photograph of a house. */
export const STILL = `${PHOTOGRAPHS}/home.jpg`;

/**
 * Photographs, small, in each of the forms that cameras make: with colours in all three
 * resolutions and in none, baseline and progressive, with and without restart markers.
 */
export async function photographs(): Promise<Uint8Array[]> {
  const names = ["fruits", "baboon", "messi5", "building", "butterfly", "orange"];
  const folder = await Deno.makeTempDir();
  const forms: [string, string[]][] = [
    ["yuvj420p", []],
    ["yuvj422p", []],
    ["yuvj444p", []],
    ["gray", []],
    ["yuvj422p", ["-progressive"]],
    ["yuvj420p", ["-restart", "1"]],
  ];
  try {
    return await Promise.all(names.flatMap((name) =>
      forms.map(async ([pixels, cjpeg], form) => {
        const path = `${folder}/${name}-${form}`;
        const output = cjpeg.length > 0 ? `${path}.ppm` : `${path}.jpg`;
        const scale = ["-vf", "scale=160:120", "-pix_fmt", cjpeg.length > 0 ? "rgb24" : pixels];
        await ffmpeg("-i", `${PHOTOGRAPHS}/${name}.jpg`, ...scale, "-q:v", "3", output);
        if (cjpeg.length > 0) {
          const args = ["-quality", "85", ...cjpeg, "-outfile", `${path}.jpg`, output];
          await new Deno.Command("cjpeg", { args }).output();
        }
        return await Deno.readFile(`${path}.jpg`);
      })
    ));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
