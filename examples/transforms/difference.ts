/** Shows what moves, as light on black. Use `--workers 1`, so that one worker sees all frames. */

import type { Transform } from "socketcam";

let before: Uint8ClampedArray | undefined;

export default ((image) => {
  const now = image.bitmap.slice();
  const last = before?.length === now.length ? before : now;
  for (let at = 0; at < now.length; at++) {
    // Every fourth value is the opacity.
    if (at % 4 < 3) image.bitmap[at] = 4 * Math.abs(now[at] - last[at]);
  }
  before = now;
}) satisfies Transform;
