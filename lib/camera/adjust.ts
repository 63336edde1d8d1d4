import {
  type Control,
  ControlError,
  type ControlValues,
  inactiveControl,
  inOrder,
  unknownControl,
  valueFault,
} from "../flow/controls.ts";
import type { Webcam, WebcamControls } from "./webcam.ts";

/** The result. */
export interface Adjusted {
  /** The controls now. */
  readonly list: readonly Control[];
  /** Why some could not be set. */
  readonly faults: readonly ControlError[];
}

/** Options of {@linkcode adjust}. */
export interface AdjustOptions {
  /** The controls, if known: then they are not read first. */
  readonly known?: readonly Control[];
  /** Whether to set none if one of them can never be set. */
  readonly isStrict?: boolean;
  /** Whether to skip controls that already have their value. */
  readonly isAgain?: boolean;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/**
 * Sets a webcam's controls, one after the other: automatic modes first, because they decide whether
 * others can be set.
 *
 * @throws {ControlError} when the webcam's controls cannot be read, or it is gone.
 */
export async function adjust(
  webcam: Webcam,
  controls: WebcamControls,
  values: ControlValues,
  { known, isStrict = false, isAgain = false, signal }: AdjustOptions = {},
): Promise<Adjusted> {
  let list = known ?? await controls.list(webcam, signal);
  const find = (name: string) => list.find((control) => control.name === name);
  const faults: ControlError[] = [];
  const fit: [name: string, value: number][] = [];
  for (const [name, value] of inOrder(values)) {
    const control = find(name);
    const fault = control ? valueFault(control, value) : await unknownControl(name, list);
    if (fault) {
      faults.push(fault);
      if (isStrict) return { list, faults };
    } else if (!isAgain || control!.value !== value && control!.type !== "button") {
      fit.push([name, value]);
    }
  }
  if (fit.length === 0) return { list, faults };
  for (const [name, value] of fit) {
    // The controls before it, or another program, may have changed whether it is inactive.
    if (find(name)?.inactive) list = await controls.list(webcam, signal);
    try {
      const control = find(name);
      if (control?.inactive) throw inactiveControl(control, list);
      await controls.set(webcam, name, value, signal);
    } catch (error) {
      const isRefused = error instanceof ControlError && error.code !== "unavailable";
      if (!isRefused) throw error;
      faults.push(error);
    }
  }
  return { list: await controls.list(webcam, signal), faults };
}
