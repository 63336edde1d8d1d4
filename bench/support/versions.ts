/**
 * This checkout of socketcam and, with `--against`, another one beside it.
 *
 * @module
 */

import type { Figure } from "./figure.ts";
import type { Measurement, Run } from "./measurement.ts";

/** The folder of this checkout. */
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
/** How the names of the other checkout's rows end. */
const BEFORE = ", before";

/** The rows of socketcam itself: one for each checkout, with the end of its name. */
export function own<Row>({ against }: Run, row: (root: string, end: string) => Row): Row[] {
  return [row(ROOT, ""), ...against ? [row(against, BEFORE)] : []];
}

/** One figure of both checkouts. */
export interface Comparison {
  readonly what: string;
  readonly now: Figure;
  readonly before: Figure;
  /** Now divided by before. */
  readonly ratio: number;
}

/** Compares all figures that both checkouts have. */
export function compare({ title, tables }: Measurement): Comparison[] {
  return tables.flatMap((table) =>
    table.rows.flatMap(([name, ...cells]) => {
      const before = table.rows.find(([other]) => other === `${name}${BEFORE}`)?.slice(1) ?? [];
      return cells.flatMap((now, i): Comparison[] => {
        const then = before[i];
        if (!isFigure(now) || !isFigure(then)) return [];
        const what = [title, table.title, name, table.columns[i + 1]].join("; ");
        return [{ what, now, before: then, ratio: now.median / then.median }];
      });
    })
  );
}

function isFigure(cell: unknown): cell is Figure {
  return typeof cell === "object" && cell !== null;
}
