/** The controls of webcams on Linux, as `v4l2-ctl` shows and sets them. */

import { cleanText } from "../access/clean_text.ts";
import { type Control, ControlError, type MenuItem } from "../flow/controls.ts";
import { runV4l2Ctl } from "./v4l2_list.ts";
import type { Webcam, WebcamControls } from "./webcam.ts";

/** How long `v4l2-ctl` may take, in milliseconds. */
const CTL_MS = 5000;

const TYPES: Readonly<Record<string, Control["type"]>> = {
  int: "integer",
  bool: "boolean",
  menu: "menu",
  intmenu: "menu",
  button: "button",
};

/** The controls of Video4Linux. */
export const v4l2Controls: WebcamControls = {
  async list(webcam, signal) {
    return parseControls(await run(webcam, ["--list-ctrls-menus"], signal));
  },
  async set(webcam, name, value, signal) {
    await run(webcam, ["-c", `${name}=${value}`], signal);
  },
};

async function run(
  { path, name }: Webcam,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const limit = AbortSignal.timeout(CTL_MS);
  const both = signal ? AbortSignal.any([signal, limit]) : limit;
  const output = await runV4l2Ctl(["-d", path, ...args], both).catch((error) => {
    if (!limit.aborted) throw error;
    throw new ControlError("unavailable", `${name} does not answer`);
  });
  if (!output) {
    const fix = "install it (Debian: sudo apt install v4l-utils)";
    throw new ControlError("no-controls", `controls need v4l2-ctl, which is not installed; ${fix}`);
  }
  if (output.code === 0) return output.stdout;
  const lines = output.stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const reason = cleanText(lines.at(-1) ?? `v4l2-ctl exited with code ${output.code}`);
  if (/Cannot open|No such device|Unable to detect/.test(output.stderr)) {
    throw new ControlError("unavailable", `${name} cannot be reached: ${reason}`);
  }
  throw new ControlError("refused", `${name} refuses ${args.at(-1)}: ${reason}`);
}

/**
 * Parses the output of `v4l2-ctl --list-ctrls-menus`. Skips controls whose value is not a number,
 * or too large for JavaScript's numbers.
 *
 *                      brightness 0x00980900 (int)    : min=0 max=255 step=1 default=128 value=128
 *            power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1 (50 Hz)
 *     				0: Disabled
 *     				1: 50 Hz
 */
export function parseControls(text: string): Control[] {
  const controls = new Map<string, Control>();
  let menu: MenuItem[] | undefined;
  for (const line of text.split("\n")) {
    const [, value, words] = /^\s+(\d+): (.*)$/.exec(line) ?? [];
    if (value !== undefined) {
      menu?.push({ value: Number(value), text: cleanText(words.replace(/ \(0x[\da-f]+\)$/, "")) });
      continue;
    }
    const [, name, kind, rest = ""] = /^\s*(\w+)(?: 0x[\da-f]+)? \((\w+)\s*\)\s*: (.*)$/
      .exec(line) ?? [];
    if (name === undefined) continue;
    const type = TYPES[kind];
    menu = type === "menu" ? [] : undefined;
    const flags = /flags=(.*)$/.exec(rest)?.[1].split(", ") ?? [];
    if (!type || controls.has(name) || /dims=/.test(rest) || flags.includes("disabled")) continue;
    controls.set(name, { ...numbersOf(name, type, rest), ...flagsOf(flags), ...menu && { menu } });
  }
  return [...controls.values()];
}

function numbersOf(name: string, type: Control["type"], text: string): Control {
  const read = (key: string, or: number) =>
    Number(new RegExp(`\\b${key}=(-?\\d+)`).exec(text)?.[1] ?? or);
  const [min, max] = { boolean: [0, 1], button: [1, 1] }[type as string] ?? [];
  return {
    name,
    type,
    min: read("min", min ?? 0),
    max: read("max", max ?? 0),
    step: Math.max(1, read("step", 1)),
    default: read("default", 0),
    value: read("value", 0),
  };
}

function flagsOf(flags: readonly string[]): Pick<Control, "inactive" | "readOnly"> {
  const isInactive = flags.includes("inactive") || flags.includes("grabbed");
  return {
    ...isInactive && { inactive: true as const },
    ...flags.includes("read-only") && { readOnly: true as const },
  };
}
