/** Writes the date and time (UTC) at the bottom, in a font from npm. */

import { Image } from "imagescript";
// This line installs the font.
import "@expo-google-fonts/didact-gothic/package.json" with { type: "json" };
import type { Transform } from "socketcam";

const FONT = "@expo-google-fonts/didact-gothic/400Regular/DidactGothic_400Regular.ttf";
const WHITE = 0xffffffff;
const SHADE = 0x00000099;

const font = await Deno.readFile(new URL(import.meta.resolve(FONT)));
let drawn: { readonly words: string; readonly text: Image } | undefined;

export default (async (image, { capturedAt }) => {
  const words = new Date(capturedAt).toISOString().slice(0, 19).replace("T", " ");
  const size = Math.round(image.height / 20);
  // Drawing takes longer than the rest, and the text changes only once a second.
  if (drawn?.words !== words) {
    drawn = { words, text: await Image.renderText(font, size, words, WHITE) };
  }
  const { text } = drawn;
  const top = image.height - 2 * size;
  image.composite(new Image(image.width, 2 * size).fill(SHADE), 0, top);
  image.composite(text, size, top + Math.round(size - text.height / 2));
}) satisfies Transform;
