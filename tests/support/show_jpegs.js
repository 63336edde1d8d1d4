/**
 * What a browser makes of JPEGs. `showJpegs` runs in its page, so it can use nothing from around it.
 *
 * @module
 */

/**
 * @typedef {object} Shown
 * @property {boolean} image Whether an `<img>` shows it, or the part of it in front of some damage.
 * @property {number | undefined} pixels A checksum of the pixels that `createImageBitmap` gives;
 * undefined if it refuses.
 */

/**
 * Shows JPEGs one after the other.
 *
 * @param {string[]} texts in Base64
 * @returns {Promise<Shown[]>}
 */
export async function showJpegs(texts) {
  const shown = [];
  for (const text of texts) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const jpeg = new Blob([bytes], { type: "image/jpeg" });
    const bitmap = await createImageBitmap(jpeg).catch(() => undefined);
    let pixels = bitmap && 0;
    // Reading the pixels of larger ones takes seconds.
    if (bitmap && bitmap.width * bitmap.height < 1_000_000) {
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      for (const value of data) pixels = Math.imul(pixels, 31) + value | 0;
    }
    bitmap?.close();
    const image = new Image();
    image.src = URL.createObjectURL(jpeg);
    shown.push({ image: await image.decode().then(() => true, () => false), pixels });
    URL.revokeObjectURL(image.src);
  }
  return shown;
}
