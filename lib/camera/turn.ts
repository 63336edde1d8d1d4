/** How pictures are turned: clockwise first, and then mirrored. */

/** An orientation. */
export interface Turn {
  /** Clockwise, in degrees. */
  readonly rotate?: Rotation;
  /** Mirrored left to right (`h`) or upside down (`v`), after that. */
  readonly flip?: Flip;
}

/** Clockwise, in degrees. */
export type Rotation = 0 | 90 | 180 | 270;
/** Left to right, or upside down. */
export type Flip = "h" | "v";

/** One of the seven ways to turn a picture, for `jpegtran` and ffmpeg. */
export interface Way {
  /** Arguments of `jpegtran`. */
  readonly jpegtran: readonly string[];
  /** A filter graph of ffmpeg. */
  readonly filter: string;
}

/** In the order of a quarter turn: without a mirror, and mirrored left to right after that. */
const WAYS: readonly (readonly [plain: Way | undefined, mirrored: Way])[] = [
  [undefined, { jpegtran: ["-flip", "horizontal"], filter: "hflip" }],
  [
    { jpegtran: ["-rotate", "90"], filter: "transpose=1" },
    { jpegtran: ["-transpose"], filter: "transpose=0" },
  ],
  [
    { jpegtran: ["-rotate", "180"], filter: "hflip,vflip" },
    { jpegtran: ["-flip", "vertical"], filter: "vflip" },
  ],
  [
    { jpegtran: ["-rotate", "270"], filter: "transpose=2" },
    { jpegtran: ["-transverse"], filter: "transpose=3" },
  ],
];

/** How to make a turn; undefined if it changes nothing. */
export function wayOf({ rotate = 0, flip }: Turn): Way | undefined {
  // Upside down is half a turn and a mirror.
  const quarters = (rotate / 90 + (flip === "v" ? 2 : 0)) % 4;
  return WAYS[quarters][flip === undefined ? 0 : 1];
}
