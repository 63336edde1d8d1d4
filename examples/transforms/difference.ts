/** Shows what moves, as light on black. With `--workers 1`, each frame meets the one before. */

import type { Transform } from "socketcam";

let before: Uint8ClampedArray | undefined;

export default ((image) => {
  const now = image.bitmap.slice();
  const last = before?.length === now.length ? before : now;
  for (let at = 0; at < now.length; at++) {
    // The fourth is how opaque it is.
    if (at % 4 < 3) image.bitmap[at] = 4 * Math.abs(now[at] - last[at]);
  }
  before = now;
}) satisfies Transform;
