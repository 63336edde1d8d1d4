/**
 * What this page itself gets: pictures and bytes a second, and how old a picture is on the screen.
 *
 * @module
 */

/** How far back the numbers look, in milliseconds. */
const WINDOW_MS = 3000;

export class Numbers {
  #pictures = [];

  /** A picture of so many bytes came on the screen `age` milliseconds after it was taken. */
  add(bytes, age, at = performance.now()) {
    this.#pictures.push({ bytes, age, at });
  }

  /**
   * @returns {{ fps: number, bitsPerSecond: number, age: number | undefined }} the age is the
   * median, in milliseconds; undefined when it is not known
   */
  read(at = performance.now()) {
    const pictures = this.#pictures = this.#pictures.filter((one) => one.at > at - WINDOW_MS);
    const ages = pictures.map(({ age }) => age).filter((age) => age !== undefined)
      .toSorted((one, other) => one - other);
    const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
    // Of a page that has just come back, the time before does not count.
    const first = pictures[0]?.at ?? at;
    const seconds = Math.max(1000, at - first) / 1000;
    return {
      fps: pictures.length / seconds,
      bitsPerSecond: bytes * 8 / seconds,
      age: ages[Math.floor(ages.length / 2)],
    };
  }

  /** What was is of no use any more. */
  clear() {
    this.#pictures = [];
  }
}
