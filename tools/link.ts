/**
 * Makes a link that shows one camera for a limited time without a password: `deno task link
 * --camera porch --for 7d`. `--revoke` makes all links void.
 *
 * @module
 */

import "../lib/cli/deno_version.ts";
import { Command, CommanderError, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { Links, MAX_LINK_MS } from "../lib/access/links.ts";
import { readLinkKey } from "../lib/cli/link_key.ts";
import { complain, print } from "../lib/cli/terminal.ts";

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads 90m, 12h or 7d, in milliseconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNIT_MS[unit];
  if (ms > 0 && ms <= MAX_LINK_MS) return ms;
  throw new InvalidArgumentError("It takes 90m, 12h or 7d, a year (366d) at most.");
}

/** Reads where viewers open the client; it ends with a slash. */
function base(text: string): URL {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new InvalidArgumentError("It takes an address such as https://cam.example.org/cam/.");
  }
  return url.pathname.endsWith("/") ? url : new URL(`${url}/`);
}

/** Writes a new key, readable by this user only, in one step. */
function writeKey(path: string): void {
  const unfinished = `${path}.${crypto.randomUUID()}`;
  Deno.writeTextFileSync(unfinished, `${Links.createKey()}\n`, { createNew: true, mode: 0o600 });
  Deno.renameSync(unfinished, path);
}

function keyIn(path: string): string {
  try {
    return readLinkKey(path).text;
  } catch (error) {
    throw new Error(`${path} cannot be used: ${(error as Error).message}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function main(args: readonly string[]): void {
  const command = new Command("deno task link")
    .description("Makes a link that shows one camera for a limited time without a password.")
    .option("--camera <name>", "the camera; a single one without a name is called 1", "1")
    .addOption(
      new Option("--for <time>", "how long it is valid: 90m, 12h, 7d")
        .argParser(duration).default(duration("7d"), "7d"),
    )
    .option("--url <address>", "where viewers open it", base, base("http://localhost:8080/"))
    .option("--key <file>", "the key of --link-key; it is made if it is missing", "link.key")
    .option("--revoke", "make a new key, which makes all links void")
    .exitOverride();
  const options = command.parse(args, { from: "user" }).opts();
  const { key: path } = options;
  if (options.revoke || !exists(path)) {
    writeKey(path);
    complain(
      options.revoke
        ? `link: ${path} is a new key: links made before are void`
        : `link: ${path} is made; start client.ts with --link-key ${path}`,
    );
    if (options.revoke) return;
  }
  const expiresAt = Date.now() + options.for;
  const link = new Links(keyIn(path)).sign(options.camera, expiresAt);
  const name = options.camera.split("/").map(encodeURIComponent).join("/");
  complain(`link: camera ${options.camera}, until ${new Date(expiresAt).toISOString()}`);
  for (const what of ["stream", "snapshot"]) print(`${options.url}${name}/${what}?link=${link}`);
}

try {
  main(Deno.args);
} catch (error) {
  // commander has reported its own errors.
  if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
  complain(`link: ${(error as Error).message}`);
  Deno.exit(1);
}
