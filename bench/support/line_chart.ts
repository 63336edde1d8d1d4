/**
 * Lines over an axis, as an SVG picture for a report.
 *
 * @module
 */

import { init } from "echarts";

/** What is drawn. */
export interface LineChart {
  /** What the picture shows, in a few words. */
  readonly title: string;
  /** What runs to the right. */
  readonly x: Axis;
  /** What runs upwards. */
  readonly y: Axis;
  /** The lines. */
  readonly lines: readonly Line[];
}

/** An axis. */
export interface Axis {
  /** What it measures, with its unit: `memory, MB`. */
  readonly name: string;
  /** Whether equal steps are equal ratios. */
  readonly log?: boolean;
  /** Where it starts; without it, at what is least. */
  readonly min?: number;
}

/** One line. */
export interface Line {
  /** What it is the line of. */
  readonly name: string;
  /** Its points; a `y` of null is a gap. */
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

/** The size of a picture, in pixels: two of them stand beside each other on a page. */
const SIZE = { width: 720, height: 420 };
/** Points are marked where a line has few of them; a long one would be nothing but marks. */
const MARKED_POINTS = 20;
/** Told apart by people who see no red or no green as well (Okabe and Ito). */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** The picture, as the text of an SVG file. */
export function drawLines({ title, x, y, lines }: LineChart): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: COLORS,
    title: { text: title, left: "center", textStyle: { fontSize: 15 } },
    legend: { bottom: 0 },
    grid: { left: 70, right: 30, top: 50, bottom: 80 },
    xAxis: { ...axis(x), nameGap: 28 },
    yAxis: { ...axis(y), nameGap: 50 },
    series: lines.map(({ name, points }) => ({
      type: "line",
      name,
      data: points.map((point) => [...point]),
      showSymbol: points.length <= MARKED_POINTS,
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function axis({ name, log = false, min }: Axis) {
  return {
    type: log ? "log" : "value",
    name,
    nameLocation: "middle",
    min: min ?? (log ? undefined : "dataMin"),
  } as const;
}
