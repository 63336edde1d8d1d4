/**
 * The cameras of a command line: `--device porch=0 --device garden=rtsp://x/`. Other options are
 * for all cameras, or for the one whose name is in front: `--fps 30 --fps porch=5`. The notation
 * `/dev/video0?fps=5` was not an alternative, because URLs use it themselves, and shells expand
 * `?`. Controls are set in the same way: `--set brightness=10 --set porch=brightness=5`.
 */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import { redact } from "../access/redact.ts";
import type { Flip, Rotation } from "../camera/turn.ts";
import type { ControlValues } from "../flow/controls.ts";
import { nameFault } from "../flow/camera_name.ts";
import { UsageError } from "./usage_error.ts";

/** One camera, with its options; undefined ones have their defaults. */
export interface CameraSpec {
  /** Its own name, or its position, counted from 1. */
  readonly name: string;
  /** The device for `openCamera`. */
  readonly device: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly fps?: number;
  readonly quality?: number;
  readonly filter?: string;
  readonly rotate?: Rotation;
  readonly flip?: Flip;
  readonly set?: ControlValues;
}

/** A value of an option, for one camera or for all. */
export interface Setting<T> {
  /** The camera that it is for; undefined for all. */
  readonly camera?: string;
  readonly value: T;
}

/** The values of each option, in order. */
export interface CameraArguments {
  readonly device?: readonly string[];
  readonly size?: readonly Setting<NonNullable<CameraSpec["size"]>>[];
  readonly fps?: readonly Setting<number>[];
  readonly quality?: readonly Setting<number>[];
  readonly rotate?: readonly Setting<Rotation>[];
  readonly flip?: readonly Setting<Flip>[];
  /** As typed: a graph may start as a camera's name does. */
  readonly filter?: readonly string[];
  readonly set?: readonly Setting<NamedValue>[];
}

/** The value of a control. */
export type NamedValue = readonly [name: string, value: number];

/** Collects an option that may be repeated. Its variable has one value a line. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, ...linesOf(text)];
}

/** Collects an option that may be repeated, with its line breaks. */
export function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** Collects a repeated option. `parse` reads its values, which contain no `=`. */
export function settings<T>(
  parse: (text: string) => T,
): (text: string, before?: readonly Setting<T>[]) => Setting<T>[] {
  return (text, before = []) => [
    ...before,
    ...linesOf(text).map((line) => {
      const [camera, value] = split(line);
      return { ...camera !== undefined && { camera }, value: parse(value) };
    }),
  ];
}

/** Collects the values of controls: `brightness=10`, or of one camera's `porch=brightness=10`. */
export function controlValues(
  text: string,
  before: readonly Setting<NamedValue>[] = [],
): Setting<NamedValue>[] {
  return [
    ...before,
    ...linesOf(text).map((line) => {
      const [, camera, name, value] = /^(?:([^=]+)=)?(\w+)=(-?\d{1,10})$/.exec(line.trim()) ?? [];
      if (name !== undefined) {
        return { ...camera !== undefined && { camera }, value: [name, Number(value)] as const };
      }
      throw new InvalidArgumentError(
        "It takes a control and a whole number, such as brightness=10; --list-controls shows them.",
      );
    }),
  ];
}

/** The cameras, in order; one that finds the first webcam if there is none. @throws {UsageError} */
export function cameraSpecs(options: CameraArguments): CameraSpec[] {
  const { device = ["auto"], size = [], fps = [], quality = [], filter = [] } = options;
  const { rotate = [], flip = [], set = [] } = options;
  const cameras = device.map((text, index) => ({ name: `${index + 1}`, ...readDevice(text) }));
  const names = cameras.map(({ name }) => name);
  const twice = names.find((name, index) => names.slice(0, index).some((one) => same(one, name)));
  if (twice) {
    throw new UsageError(`Two cameras are called "${twice}": give one another name with --device`);
  }
  const filters = filter.flatMap((text) => readFilters(text, names));
  const given = { size, fps, quality, filter: filters, rotate, flip, set };
  for (const [option, settings] of Object.entries(given)) assertKnown(option, settings, names);
  return cameras.map((camera) => ({
    ...camera,
    ...of("size", given.size, camera.name),
    ...of("fps", given.fps, camera.name),
    ...of("quality", given.quality, camera.name),
    ...of("filter", given.filter, camera.name),
    ...of("rotate", given.rotate, camera.name),
    ...of("flip", given.flip, camera.name),
    ...valuesOf(set, camera.name),
  }));
}

/** `porch=/dev/video0`, or an input alone, such as a URL or a path with a `=` in it. */
function readDevice(text: string): { readonly name?: string; readonly device: string } {
  const [name, device] = split(text);
  // No character of a path or a URL precedes the "=" of a name.
  if (name === undefined || /[/\\:?]/.test(name)) return { device: assertInput(text, text) };
  const fault = nameFault(name);
  if (fault) {
    const message = `--device ${redact(text)}: the name before the = ${fault}`;
    throw new UsageError(`${message}; for a file of this name, write ./${redact(text)}`);
  }
  return { name, device: assertInput(device, text) };
}

function assertInput(device: string, text: string): string {
  if (device !== "") return device;
  const name = text.replace(/=$/, "") || "porch";
  throw new UsageError(`--device "${text}" names no camera: write --device ${name}=/dev/video0`);
}

/**
 * Graphs, each for one camera if it starts with that one's name. A line break may be a part of a graph,
 * unless a name follows.
 */
function readFilters(text: string, names: readonly string[]): Setting<string>[] {
  return text.split(new RegExp(`\\r?\\n(?=(?:${names.join("|")})=)`, "i")).map((graph) => {
    const [camera, value] = split(graph);
    const isNamed = camera !== undefined && names.some((name) => same(name, camera));
    return isNamed ? { camera, value } : { value: graph };
  });
}

function assertKnown(
  option: string,
  settings: readonly Setting<unknown>[],
  names: readonly string[],
): void {
  for (const { camera } of settings) {
    if (camera === undefined || names.some((name) => same(name, camera))) continue;
    const problem = `--${option} is for "${camera}", but no camera has this name`;
    throw new UsageError(
      `${problem}: there ${names.length > 1 ? "are" : "is"} ${names.join(", ")}`,
    );
  }
}

/** The last value for this camera, or else the last one for all. */
function of<Key extends string, T>(
  option: Key,
  settings: readonly Setting<T>[],
  name: string,
): { readonly [K in Key]?: T } {
  const own = settings.findLast(({ camera }) => camera !== undefined && same(camera, name));
  const found = own ?? settings.findLast(({ camera }) => camera === undefined);
  return (found ? { [option]: found.value } : {}) as { [K in Key]?: T };
}

/** The values for this camera: its own, and those for all. */
function valuesOf(
  settings: readonly Setting<NamedValue>[],
  name: string,
): { readonly set?: ControlValues } {
  const all = settings.filter(({ camera }) => camera === undefined);
  const own = settings.filter(({ camera }) => camera !== undefined && same(camera, name));
  const values = [...all, ...own].map(({ value }) => value);
  return values.length > 0 ? { set: Object.fromEntries(values) } : {};
}

/** The text before the first `=`, if there is one, and the rest. */
function split(text: string): [name: string | undefined, rest: string] {
  const at = text.indexOf("=");
  return at < 0 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Names that differ only in case would be one name in some places and two in others. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.length > 0 ? lines : [text];
}
