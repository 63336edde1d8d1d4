import type { ListedControls } from "../camera/controls_of.ts";
import { type Control, rangeOf } from "../flow/controls.ts";

/** The controls of webcams as a table: a line for each, and below it the items of a menu. */
export function controlTable(listed: readonly ListedControls[]): string {
  return listed.map(({ webcam, controls }) => {
    const rows = controls.map((control) => [control.name, now(control), values(control)]);
    const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
    const lines = rows.flatMap(([name, now, values], i) => [
      `    ${name.padEnd(widths[0])}  ${now.padStart(widths[1])}  ${values}`,
      ...(controls[i].menu ?? []).map(({ value, text }) =>
        `    ${"".padEnd(widths[0])}  ${String(value).padStart(widths[1])}  ${text}`
      ),
    ]);
    const title = `${webcam.path}  ${webcam.name}`;
    return [title, ...lines.length > 0 ? lines : ["    It has no controls."]].join("\n");
  }).join("\n\n");
}

function now({ type, value }: Control): string {
  return type === "button" ? "" : `=${value}`;
}

function values(control: Control): string {
  const { type, menu, inactive, readOnly } = control;
  const range = type === "button" ? "1 presses it" : menu ? "one of these" : rangeOf(control);
  return [
    readOnly ? "read-only" : range,
    ...type === "button" || readOnly ? [] : [`default ${control.default}`],
    ...inactive ? ["inactive now"] : [],
  ].join(", ");
}
