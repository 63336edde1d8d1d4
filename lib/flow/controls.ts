/** The controls of a camera: brightness, exposure, focus. */

/** One of the values of a menu. */
export interface MenuItem {
  /** The value to set. */
  readonly value: number;
  /** What it means. */
  readonly text: string;
}

/** A control, and its state. */
export interface Control {
  /** Its name: `brightness`. */
  readonly name: string;
  /** A boolean is 0 or 1. A menu takes the values of its items. A button takes 1, and acts. */
  readonly type: "integer" | "boolean" | "menu" | "button";
  /** The least value. */
  readonly min: number;
  /** The greatest value. */
  readonly max: number;
  /** Values are this far apart, from `min` on. */
  readonly step: number;
  /** The camera's default. */
  readonly default: number;
  /** The value now. */
  readonly value: number;
  /** The items of a menu. */
  readonly menu?: readonly MenuItem[];
  /** Set while another control, such as an automatic one, decides. */
  readonly inactive?: true;
  /** Set if it can only be read. */
  readonly readOnly?: true;
}

/** Values by the names of their controls. */
export type ControlValues = Readonly<Record<string, number>>;

/** The controls of a camera at a moment. */
export interface Controls {
  /** All of them, in the camera's order; none if it has none. */
  readonly list: readonly Control[];
  /**
   * Changes some, in an order that works: automatic modes first. The values last until the program
   * ends. Missing where nothing can be changed.
   *
   * @throws {ControlError} when one cannot be changed; the ones before it are changed by then.
   */
  set?(values: ControlValues): Promise<void>;
  /** Why the camera did not accept all values at its start; missing if it did. */
  readonly trouble?: string;
}

/**
 * Why a control cannot be changed:
 * - `unknown`: the camera has no such control
 * - `out-of-range`: it does not take this value
 * - `read-only`, `inactive`: it takes none, or none at the moment
 * - `no-controls`: the camera has none at all
 * - `not-allowed`: the server does not let clients change them
 * - `too-many`: too many changes came at once
 * - `refused`: the camera refuses it
 * - `unavailable`: the camera or its server is not there
 */
export type ControlErrorCode =
  | "unknown"
  | "out-of-range"
  | "read-only"
  | "inactive"
  | "no-controls"
  | "not-allowed"
  | "too-many"
  | "refused"
  | "unavailable";

/**
 * Why a control cannot be changed, as one sentence.
 *
 * @example
 * ```ts
 * import { ControlError, openCamera } from "socketcam";
 *
 * try {
 *   await using camera = openCamera({ device: "test", set: { brightness: 10 } });
 *   await camera.ready;
 * } catch (error) {
 *   if (error instanceof ControlError) console.log(error.code); // "no-controls"
 * }
 * ```
 */
export class ControlError extends Error {
  /** The error's name in messages. */
  override name = "ControlError";
  /** What is wrong. */
  readonly code: ControlErrorCode;

  /** Creates an error. */
  constructor(code: ControlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** How many items of a menu a sentence lists. */
const MAX_SAID = 8;

/** Why a control does not take a value; undefined if it does, as far as we know. */
export function valueFault(control: Control, value: number): ControlError | undefined {
  const { name, min, max, step, menu, readOnly } = control;
  if (readOnly) return new ControlError("read-only", `${name} can only be read`);
  const isFit = menu
    ? menu.some((item) => item.value === value)
    : value >= min && value <= max && (value - min) % step === 0;
  if (isFit) return undefined;
  return new ControlError("out-of-range", `${name} takes ${rangeOf(control)}, not ${value}`);
}

/** What values a control takes, in words. */
export function rangeOf({ type, min, max, step, menu }: Control): string {
  if (type === "button") return "1";
  if (type === "boolean") return "0 or 1";
  if (!menu) return `${min} to ${max}${step > 1 ? ` in steps of ${step}` : ""}`;
  const items = menu.slice(0, MAX_SAID).map(({ value, text }) => `${value} (${text})`);
  const more = menu.length - items.length;
  return items.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The error for an unknown control, with the nearest name if there are others. */
export async function unknownControl(
  name: string,
  controls: readonly Control[],
): Promise<ControlError> {
  if (controls.length === 0) return new ControlError("no-controls", "the camera has no controls");
  // This module keeps a table of 4 MB, which is seldom needed.
  const { closestString } = await import("@std/text/closest-string");
  const nearest = closestString(name, controls.map(({ name }) => name));
  return new ControlError("unknown", `there is no control "${name}"; the nearest is ${nearest}`);
}

/** The error for an inactive control, with the control that decides instead. */
export function inactiveControl({ name }: Control, controls: readonly Control[]): ControlError {
  const words = wordsOf(name);
  const deciding = controls.filter((other) =>
    isAutomatic(other.name) && wordsOf(other.name).some((word) => words.includes(word))
  );
  const why = deciding.map((other) => `${other.name} is ${other.value}`).join(" and ");
  const fix = why ? `while ${why}; change that first` : "while another control decides";
  return new ControlError("inactive", `${name} is inactive ${fix}`);
}

/** Names and values in an order that works: an automatic mode makes its values inactive. */
export function inOrder(values: ControlValues): [name: string, value: number][] {
  return Object.entries(values)
    .sort(([one], [other]) => Number(isAutomatic(other)) - Number(isAutomatic(one)));
}

function isAutomatic(name: string): boolean {
  return /(^|_)auto(_|$|matic)/.test(name);
}

/** Words that say what a control is about. */
function wordsOf(name: string): string[] {
  return name.split("_").filter((word) =>
    !/^(auto|automatic|absolute|time|continuous)$/.test(word)
  );
}
