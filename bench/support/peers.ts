/**
 * What is measured beside socketcam, where it is installed.
 *
 * @module
 */

import type { Run } from "./measurement.ts";

/** Something that a measurement needs, and how to see whether it is there. */
const SIGNS = {
  OpenCV: ["/usr/bin/python3", "-c", "import cv2"],
  GStreamer: ["gst-inspect-1.0", "--exists", "multipartmux"],
  tjbench: ["which", "tjbench"],
} as const;

/** One of them. */
export type Peer = keyof typeof SIGNS;

/** Leaves out what is not installed, and says so. */
export async function leaveOut<Row extends { readonly name: string; readonly peer?: Peer }>(
  all: readonly Row[],
  { progress }: Run,
): Promise<{ rows: Row[]; notes: string[] }> {
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const row of all) {
    if (row.peer === undefined || await isInstalled(row.peer)) rows.push(row);
    else notes.push(`Left out, since ${row.peer} is not installed: ${row.name}.`);
  }
  for (const note of notes) progress(note);
  return { rows, notes };
}

/** Whether it is there. */
export async function isInstalled(peer: Peer): Promise<boolean> {
  const [command, ...args] = SIGNS[peer];
  try {
    return (await new Deno.Command(command, { args }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
