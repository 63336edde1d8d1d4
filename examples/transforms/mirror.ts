/** Swaps left and right, as in a mirror. */

import type { Transform } from "socketcam";

export default ((image) => {
  const pixels = new Uint32Array(image.bitmap.buffer);
  for (let start = 0; start < pixels.length; start += image.width) {
    pixels.subarray(start, start + image.width).reverse();
  }
}) satisfies Transform;
