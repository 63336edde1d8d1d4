import type { FoundWebcam } from "../camera/find_webcam.ts";
import type { Mode } from "../camera/webcam.ts";

/**
 * A table of webcams: name and path, and under them a line for each format and size. Webcams of one
 * name also show their ports.
 */
export function cameraTable(webcams: readonly FoundWebcam[]): string {
  if (webcams.length === 0) return "There is no webcam on this machine.";
  return webcams.map(({ webcam, modes }) => {
    const rows = modes.map((mode) => [mode.format, size(mode), rates(mode)]);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
    const lines = rows.map(([format, size, rates]) =>
      `    ${format.padEnd(widths[0])}  ${size.padEnd(widths[1])}  ${rates}`
    );
    const isTwin = webcams.some(({ webcam: other }) =>
      other.name === webcam.name && other.port !== webcam.port
    );
    const place = isTwin ? webcam.byPath ?? webcam.port ?? "" : "";
    const title = `${webcam.path}  ${webcam.name}${place && `  (${place})`}`;
    return [title, ...lines].join("\n");
  }).join("\n\n");
}

function size({ width, height, anySize }: Mode): string {
  return `${anySize ? "up to " : ""}${width}x${height}`;
}

function rates({ rates, anyRate }: Mode): string {
  if (rates.length === 0) return "";
  return `${anyRate ? "up to " : ""}${rates.map((rate) => Number(rate.toFixed(2))).join(" ")} fps`;
}
