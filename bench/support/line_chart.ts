/**
 * A line chart as SVG, for a report.
 *
 * @module
 */

// deno-lint-ignore no-import-prefix -- only the bench needs it, not the programs
import { scaleLinear, scaleLog } from "npm:d3-scale@4.0.3";

/** What to draw. */
export interface LineChart {
  /** What the chart shows, in a few words. */
  readonly title: string;
  /** The horizontal axis. */
  readonly x: Axis;
  /** The vertical axis. */
  readonly y: Axis;
  /** The lines. */
  readonly lines: readonly Line[];
}

/** An axis. */
export interface Axis {
  /** The quantity and its unit: `memory, MB`. */
  readonly name: string;
  /** Whether the axis is logarithmic. */
  readonly log?: boolean;
  /** Where it starts; at the smallest value by default. */
  readonly min?: number;
}

/** One line. */
export interface Line {
  /** Its name in the legend. */
  readonly name: string;
  /** Its points; a `y` of null is a gap. */
  readonly points: readonly Point[];
}

type Point = readonly [x: number, y: number | null];

/** The chart and the plot in it, in pixels. */
const WIDTH = 720;
const PLOT = { left: 70, right: 700, top: 45, bottom: 320 };
const LEGEND = { top: 385, column: 325, row: 20 };
/** Only lines with few points get marks: on a long one, the marks would hide the line. */
const MARKED_POINTS = 20;
/** Colour-blind people can tell these apart too (Okabe and Ito). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
/** From the eighth line on, colours repeat with dashes. */
const DASHES = ["", ' stroke-dasharray="6 3"', ' stroke-dasharray="2 3"'];

/** The chart as the text of an SVG file. */
export function drawLines({ title, x, y, lines }: LineChart): string {
  const points = lines.flatMap(({ points }) => points).filter(([, y]) => y !== null);
  const across = scale(x, points.map(([x]) => x), [PLOT.left, PLOT.right]);
  const up = scale(y, points.map(([, y]) => y!), [PLOT.bottom, PLOT.top]);
  const height = LEGEND.top + LEGEND.row * Math.ceil(lines.length / 2);
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ` +
    `font-family="sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(WIDTH / 2, 25, title, 'text-anchor="middle" font-size="15" font-weight="bold"'),
    ...ticks(across).flatMap(([at, label]) => [
      rule(at, PLOT.top, at, PLOT.bottom),
      text(at, PLOT.bottom + 18, label, 'text-anchor="middle"'),
    ]),
    ...ticks(up).flatMap(([at, label]) => [
      rule(PLOT.left, at, PLOT.right, at),
      text(PLOT.left - 8, at + 4, label, 'text-anchor="end"'),
    ]),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, x.name, 'text-anchor="middle"'),
    text(18, middle, y.name, `text-anchor="middle" transform="rotate(-90 18 ${middle})"`),
    ...lines.flatMap((line, i) => drawLine(line, i, ([x, y]) => [across(x), up(y!)])),
    "</svg>\n",
  ].join("\n");
}

// Types of what this uses of d3-scale, which has none.
interface Scale {
  (value: number): number;
  ticks(count: number): number[];
  tickFormat(count: number): (value: number) => string;
}

function scale({ log = false, min }: Axis, values: number[], range: [number, number]): Scale {
  const from = min ?? Math.min(...values);
  const to = Math.max(...values);
  // A level line lies in the middle, and a chart without points still has axes.
  const domain = values.length === 0 ? [1, 10] : from < to ? [from, to] : [from * 0.9, to * 1.1];
  return log
    ? scaleLog().domain(domain).range(range)
    : scaleLinear().domain(domain).range(range).nice();
}

function ticks(scale: Scale): [at: number, label: string][] {
  const format = scale.tickFormat(8);
  return scale.ticks(8).map((value): [number, string] => [scale(value), format(value)])
    .filter(([, label]) => label !== "");
}

function drawLine({ name, points }: Line, i: number, place: (point: Point) => number[]): string[] {
  const color = COLORS[i % COLORS.length];
  const dash = DASHES[Math.floor(i / COLORS.length) % DASHES.length];
  const stroke = `fill="none" stroke="${color}" stroke-width="2"${dash}`;
  const path = points.map((point, at) => {
    if (point[1] === null) return "";
    const isStart = at === 0 || points[at - 1][1] === null;
    return `${isStart ? "M" : "L"}${place(point).map(short).join(" ")}`;
  });
  const marks = points.length > MARKED_POINTS ? [] : points.filter(([, y]) => y !== null);
  const left = PLOT.left + i % 2 * LEGEND.column;
  const top = LEGEND.top + LEGEND.row * Math.floor(i / 2);
  return [
    `<path d="${path.join("")}" ${stroke}/>`,
    ...marks.map(place).map(([x, y]) =>
      `<circle cx="${short(x)}" cy="${short(y)}" r="3" fill="${color}"/>`
    ),
    `<path d="M${left} ${top - 4}h20" ${stroke}/>`,
    text(left + 28, top, name.replaceAll("`", "")),
  ];
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map(short);
  return `<path d="M${a} ${b}L${c} ${d}" stroke="#ddd"/>`;
}

function text(x: number, y: number, words: string, attributes = ""): string {
  return `<text x="${short(x)}" y="${short(y)}" ${attributes}>${escape(words)}</text>`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
