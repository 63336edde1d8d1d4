/** Environment variables: each option has one. */

import type { Option } from "commander";
import { UsageError } from "./usage_error.ts";

/** The two programs. */
export type Program = "server" | "client";

/** Options that mean the same in both programs: their variables may leave out the program's name. */
const SHARED: readonly string[] = ["token", "token-file", "log", "verbose"];
/** Options without a variable, because they only print something. */
const WITHOUT: readonly string[] = ["help", "version", "list", "list-controls", "json"];
const PREFIX = "SOCKETCAM_";

/**
 * The variables of an option, such as `SOCKETCAM_SERVER_PORT`; the first one that is set counts.
 */
export function variablesOf(program: Program, option: string): string[] {
  if (WITHOUT.includes(option)) return [];
  const name = option.toUpperCase().replaceAll("-", "_");
  const own = `${PREFIX}${program.toUpperCase()}_${name}`;
  return SHARED.includes(option) ? [own, PREFIX + name] : [own];
}

/**
 * The variable that is set for an option, if one is. A switch takes 1, true, 0 and false.
 *
 * @throws {UsageError} when a switch's variable is none of these.
 */
export function variableOf(program: Program, option: Option): string | undefined {
  const variable = variablesOf(program, nameOf(option)).find((name) => Deno.env.has(name));
  if (variable === undefined || option.required || isOn(variable)) return variable;
}

function isOn(variable: string): boolean {
  const value = Deno.env.get(variable)!;
  if (/^(1|true)$/i.test(value)) return true;
  if (/^(0|false|)$/i.test(value)) return false;
  throw new UsageError(`${variable} is a switch: it takes 1, true, 0 or false, not "${value}"`);
}

/** A warning for each of these variables that looks like an option's but is unknown. */
export async function unknownVariables(
  known: readonly string[],
  names: readonly string[],
): Promise<string[]> {
  const unknown = ourVariables(names).filter((name) => !known.includes(name));
  return await Promise.all(
    unknown.map(async (name) =>
      `${name} is not a variable of socketcam, and has no effect: ${await suggestion(name, known)}`
    ),
  );
}

async function suggestion(name: string, known: readonly string[]): Promise<string> {
  // A missing or wrong program in the name is the likeliest mistake.
  const rest = `_${name.slice(PREFIX.length)}`;
  const longer = known.filter((one) =>
    /^SOCKETCAM_[A-Z]+$/.test(one.slice(0, -rest.length)) && one.endsWith(rest)
  );
  if (longer.length > 0) return `did you mean ${longer.join(" or ")}?`;
  // This module keeps a table of 4 MB, which is seldom needed.
  const { closestString } = await import("@std/text/closest-string");
  return `did you mean ${closestString(name, known)}?`;
}

/** The names among these, by default of all variables, that look like an option's. */
export function ourVariables(names: readonly string[] = variableNames()): string[] {
  return names.filter((name) => name.startsWith(PREFIX));
}

/** The names of all variables; none if Deno does not allow listing them. */
function variableNames(): string[] {
  try {
    return Object.keys(Deno.env.toObject());
  } catch {
    return [];
  }
}

/** The name of an option as it is typed: `http-port`, `no-decode`. */
export function nameOf({ long }: Pick<Option, "long">): string {
  return long!.replace(/^--/, "");
}
