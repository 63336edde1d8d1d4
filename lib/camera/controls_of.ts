import { redact } from "../access/redact.ts";
import { type Control, ControlError } from "../flow/controls.ts";
import { findSource } from "./find_source.ts";
import { driver } from "./find_webcam.ts";
import type { Source, SourceOptions } from "./source.ts";
import { isUrl } from "./url_source.ts";
import type { Webcam, WebcamControls } from "./webcam.ts";

/** A webcam with its controls. */
export interface ListedControls {
  readonly webcam: Webcam;
  readonly controls: readonly Control[];
}

/** The controls of a camera, without starting it. @throws {ControlError} `no-controls`. */
export async function listControls(
  options: SourceOptions,
  signal?: AbortSignal,
): Promise<ListedControls> {
  const { device } = options;
  const isKnown = device === "test" || isUrl(device);
  const source = isKnown ? { name: redact(device) } : await findSource(options, undefined, signal);
  const { webcam, controls } = controlsOf(source, driver.controls);
  return { webcam, controls: await controls.list(webcam, signal) };
}

/** How to adjust a source. @throws {ControlError} `no-controls`, when that is not possible. */
export function controlsOf(
  { name, webcam }: Pick<Source, "name" | "webcam">,
  controls: WebcamControls | undefined,
): { readonly webcam: Webcam; readonly controls: WebcamControls } {
  if (webcam && controls) return { webcam, controls };
  const why = webcam ? "they are known only on Linux" : "only webcams have controls";
  throw new ControlError("no-controls", `"${name}" has no controls: ${why}`);
}
