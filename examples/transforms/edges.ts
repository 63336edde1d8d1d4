/** Shows outlines with the Sobel operator: bright where the brightness changes. */

import type { Transform } from "socketcam";

export default ((image) => {
  const { width, height, bitmap } = image;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = (bitmap[4 * i] + 2 * bitmap[4 * i + 1] + bitmap[4 * i + 2]) >> 2;
  }
  const edges = new Uint32Array(bitmap.buffer);
  edges.fill(0xff000000);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const [a, b, c] = [grey[i - width - 1], grey[i - width], grey[i - width + 1]];
      const [d, f] = [grey[i - 1], grey[i + 1]];
      const [g, h, k] = [grey[i + width - 1], grey[i + width], grey[i + width + 1]];
      const across = c + 2 * f + k - a - 2 * d - g;
      const down = g + 2 * h + k - a - 2 * b - c;
      edges[i] |= Math.min(255, Math.abs(across) + Math.abs(down)) * 0x010101;
    }
  }
}) satisfies Transform;
