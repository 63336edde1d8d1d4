/**
 * The programs measured beside socketcam, if they are installed.
 *
 * @module
 */

import type { Run } from "./measurement.ts";

/** How to find out whether each is installed. */
const SIGNS = {
  OpenCV: ["/usr/bin/python3", "-c", "import cv2"],
  GStreamer: ["gst-inspect-1.0", "--exists", "multipartmux"],
  tjbench: ["which", "tjbench"],
} as const;

/** One of these programs. */
export type Peer = keyof typeof SIGNS;

/** Leaves out rows whose peer is not installed, with a note for each. */
export async function leaveOut<Row extends { readonly name: string; readonly peer?: Peer }>(
  all: readonly Row[],
  { progress }: Run,
): Promise<{ rows: Row[]; notes: string[] }> {
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const row of all) {
    if (row.peer === undefined || await isInstalled(row.peer)) rows.push(row);
    else notes.push(`Left out, because ${row.peer} is not installed: ${row.name}.`);
  }
  for (const note of notes) progress(note);
  return { rows, notes };
}

/** Whether a peer is installed. */
export async function isInstalled(peer: Peer): Promise<boolean> {
  const [command, ...args] = SIGNS[peer];
  try {
    return (await new Deno.Command(command, { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
