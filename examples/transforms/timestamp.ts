/** Draws the capture time (UTC) in the corner, to the millisecond. Its digits need no font. */

import type { Transform } from "socketcam";

/** Each character as 5 rows of 3 points, one bit each, from the top left. */
const CHARACTERS: Record<string, number> = {
  ...{ 0: 0o75557, 1: 0o26227, 2: 0o71747, 3: 0o71717, 4: 0o55711, 5: 0o74717, 6: 0o74757 },
  ...{ 7: 0o71111, 8: 0o75757, 9: 0o75717, ":": 0o02020, ".": 0o00002 },
};
const WHITE = 0xffffffff;
const BLACK = 0x000000ff;

export default ((image, { capturedAt }) => {
  const text = new Date(capturedAt).toISOString().slice(11, 23);
  const point = Math.max(1, Math.round(image.height / 120));
  image.drawBox(1, 1, (4 * text.length + 1) * point, 7 * point, BLACK);
  for (const [i, character] of [...text].entries()) {
    for (let bit = 0; bit < 15; bit++) {
      if (!(CHARACTERS[character] >> (14 - bit) & 1)) continue;
      const x = (4 * i + bit % 3 + 1) * point;
      const y = (Math.floor(bit / 3) + 1) * point;
      image.drawBox(x + 1, y + 1, point, point, WHITE);
    }
  }
}) satisfies Transform;
