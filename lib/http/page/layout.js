/** The narrowest tile that shows something, in CSS pixels. */
const MIN_WIDTH = 150;
/** How wide tiles are at least where they do not all fit, in CSS pixels. */
const ROOMY_WIDTH = 260;
/** Up to this width, in CSS pixels, a screen is a phone's, with one column. */
const PHONE_WIDTH = 640;
/** The shape of a picture while none is known. */
const SHAPE = 16 / 9;

let shapes = [];

/**
 * Lays tiles out as large as they can be without scrolling; where they would be too small, they scroll.
 *
 * @param {HTMLElement} wall
 * @param {{ width: number | null, height: number | null }[]} [cameras] undefined if they are as before
 */
export function arrange(wall, cameras) {
  if (cameras) shapes = cameras.map(({ width, height }) => width ? width / height : undefined);
  const style = getComputedStyle(wall);
  const px = (name) => Number.parseFloat(style.getPropertyValue(name));
  const room = {
    width: wall.clientWidth - px("padding-left") - px("padding-right"),
    height: wall.clientHeight - px("padding-top") - px("padding-bottom"),
  };
  const fit = layout(shapes, room, { gap: px("column-gap"), strip: px("--strip") });
  wall.style.setProperty("--columns", fit.columns);
  wall.style.setProperty("--width", `${fit.width}px`);
  wall.style.setProperty("--shape", fit.shape);
}

/**
 * How many columns there are, and how wide a tile is.
 *
 * @param {(number | undefined)[]} shapes width by height of each camera's picture
 * @param {{ width: number, height: number }} room
 * @param {{ gap: number, strip: number }} size the space between tiles, and the height of the words
 *   below a picture
 */
export function layout(shapes, room, { gap, strip }) {
  const count = Math.max(1, shapes.length);
  const shape = mostCommon(shapes.filter((one) => one)) ?? SHAPE;
  const across = (columns) => (room.width - (columns - 1) * gap) / columns;
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const height = (room.height - (rows - 1) * gap) / rows - strip;
    const width = Math.floor(Math.min(across(columns), height * shape));
    if (width > best.width) best = { columns, width };
  }
  const isPhone = room.width <= PHONE_WIDTH;
  if (!isPhone && best.width >= MIN_WIDTH) return { ...best, shape };
  const columns = isPhone ? 1 : Math.max(1, Math.floor((room.width + gap) / (ROOMY_WIDTH + gap)));
  return { columns, width: Math.floor(across(columns)), shape };
}

function mostCommon(values) {
  const count = (value) => values.filter((other) => Math.abs(other - value) < 0.01).length;
  return values.reduce((most, value) => count(value) > count(most) ? value : most, values[0]);
}
