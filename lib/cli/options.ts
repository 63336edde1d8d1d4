import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { notAllowed } from "./not_allowed.ts";
import manifest from "../../deno.json" with { type: "json" };

/** A command that throws instead of exiting, with the options of both programs. */
export function command(name: string, description: string) {
  return new Command(name)
    .description(description)
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError("(--help shows all options)")
    .addOption(option("--log <format>", "how to log").choices(["text", "json"]).default("text"))
    .addOption(option("--verbose", "log more"));
}

/** An option that has an environment variable too: `--http-port`, `SOCKETCAM_HTTP_PORT`. */
export function option<const Flags extends string>(flags: Flags, description: string) {
  const name = /^--([a-z-]+)/.exec(flags)![1];
  return new Option(flags, description).env(`SOCKETCAM_${name.toUpperCase().replaceAll("-", "_")}`);
}

/** Reads a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

/** Reads a port; 0 is any that is free. */
export const port: (text: string) => number = wholeNumber(0, 65_535);

/** Reads words separated by commas; an option given twice adds up. */
function list(text: string, before: string[] | undefined): string[] {
  return [...before ?? [], ...text.split(",").map((word) => word.trim()).filter(Boolean)];
}

/** Lets in host names. */
export const allowHost = option(
  "--allow-host <names>",
  "also answer to these names, for example a proxy's",
).argParser(list);

/** Lets in origins. */
export const allowOrigin = option(
  "--allow-origin <origins>",
  "let pages of these origins use the answers; * is all (CORS)",
).argParser(list);

/** What these two options are called. */
export const ACCESS_HINTS = { allowHost: "--allow-host", allowOrigin: "--allow-origin" };

/** Thrown for wrong usage; the message says what is right. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Reads a PEM file, which must hold a `what` (the word in its header). */
export function pem(what: string): (path: string) => string {
  return (path) => {
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) {
        throw new InvalidArgumentError(`${notAllowed(error)}.`);
      }
      const isMissing = error instanceof Deno.errors.NotFound;
      throw new InvalidArgumentError(isMissing ? "There is no such file." : "It cannot be read.");
    }
    if (new RegExp(`^-----BEGIN [A-Z ]*${what}-----`, "m").test(text)) return text;
    throw new InvalidArgumentError(`It must be a PEM file with a ${what.toLowerCase()}.`);
  };
}

/** Reads a token, which must not be empty: an empty one would protect nothing. */
export function token(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must not be empty.");
}
