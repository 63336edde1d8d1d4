/** Writes the unit of a service: the example, with this machine's paths and a person's options. */

import { dirname, resolve } from "node:path";
import { clientCommand, readClientOptions } from "../../lib/cli/client_options.ts";
import { nameOf, type Program } from "../../lib/cli/environment.ts";
import { readServerOptions, serverCommand } from "../../lib/cli/server_options.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";

/** Where the examples find socketcam, and Deno. */
const EXAMPLE = { folder: "/opt/socketcam", deno: "/usr/local/bin/deno" } as const;
/** How a service's command line names the folder of what systemd passes on. */
const CREDENTIAL = "${CREDENTIALS_DIRECTORY}/";
const EXAMPLES = new URL("../../examples/systemd/", import.meta.url);
/** Options that show something and end, or want a screen. */
const NOT_FOR_SERVICES: readonly string[] = ["list", "json", "open", "help", "version"];
/** Secrets that everybody could read in a unit, and what to use instead. */
const SECRETS: Readonly<Record<string, string>> = {
  token: "--token-file FILE",
  "http-user": "--http-user NAME and --http-password-file FILE",
};

/** Which service: `server`, `client`, or one of several, as `server@porch`. */
export interface ServiceName {
  readonly program: Program;
  readonly instance?: string;
}

/** Reads a service's name. @throws {UsageError} */
export function parseService(text = ""): ServiceName {
  const [, program, instance] = /^(server|client)(?:@([\w-]{1,32}))?$/.exec(text) ?? [];
  if (program) return { program: program as Program, ...instance && { instance } };
  throw new UsageError(`name the service: server, client, or server@porch, not "${text}"`);
}

/** The name of a service's unit. */
export function unitName({ program, instance }: ServiceName): string {
  return `socketcam-${program}${instance ? `@${instance}` : ""}.service`;
}

/** Where things are on this machine. */
export interface Places {
  /** The folder of socketcam. */
  readonly folder: string;
  /** The program `deno`. */
  readonly deno: string;
}

/** What a service needs besides its words on the command line. */
interface Needs {
  readonly words: string[];
  /** `name:path` of files that systemd passes on. */
  readonly credentials: string[];
  /** Files and folders that its user may read. */
  readonly readable: string[];
}

/**
 * The text of a unit with these options. systemd passes the secrets and certificates among them on,
 * so that their files can stay closed to everybody else.
 *
 * @throws {UsageError} when an option is wrong, or is not for a service.
 */
export function unitText(service: ServiceName, args: readonly string[], places: Places): string {
  const { program, instance = "" } = service;
  const { words, credentials, readable } = needsOf(program, args);
  if (program === "server") readServerOptions(args);
  else readClientOptions(args);
  const paths = [places.folder, places.deno, ...readable].map((path) => quoted(path, ":"));
  const example = Deno.readTextFileSync(new URL(exampleOf(service), EXAMPLES));
  return example
    .replace(
      /^(#.*\n)+/,
      `# Made by: deno task service install ${program}${instance && `@${instance}`}\n`,
    )
    .replaceAll("%i", instance)
    .replace(
      /^WorkingDirectory=.*$/m,
      () => `WorkingDirectory=${places.folder.replaceAll("%", "%%")}`,
    )
    .replace(/^BindReadOnlyPaths=.*$/m, () => `BindReadOnlyPaths=${paths.join(" ")}`)
    .replace(`ExecStart=${EXAMPLE.deno}`, () => `ExecStart=${quoted(places.deno)}`)
    .replace(
      "--allow-read=.",
      () => ["--allow-read=.", ...readable].map((path) => quoted(path)).join(","),
    )
    .replace(
      new RegExp(`^(  ${program}\\.ts.*)$`, "m"),
      (line) => [line, ...words.map((word) => quoted(word))].join(" "),
    )
    .replace(
      /^(?=WorkingDirectory=)/m,
      () =>
        credentials.map((credential) => `LoadCredential=${credential.replaceAll("%", "%%")}\n`)
          .join(""),
    );
}

function exampleOf({ program, instance }: ServiceName): string {
  return instance && program === "server"
    ? "socketcam-server@.service"
    : `socketcam-${program}.service`;
}

/** Sorts what the options name. */
function needsOf(program: Program, args: readonly string[]): Needs {
  const { options } = program === "server" ? serverCommand() : clientCommand();
  const needs: Needs = { words: [], credentials: [], readable: [] };
  for (let at = 0; at < args.length;) {
    const [flag, joined] = args[at++].split(/=(.*)/s);
    const option = options.find((one) => one.long === flag || one.short === flag);
    const name = option && nameOf(option);
    if (!name || NOT_FOR_SERVICES.includes(name)) {
      throw new UsageError(`a service has no option ${flag}; see ${program}.ts --help`);
    }
    const value = option.required ? joined ?? args[at++] ?? "" : undefined;
    if (name === "token" || name === "http-user" && value!.includes(":")) {
      throw new UsageError(`everybody could read ${flag} in the service: use ${SECRETS[name]}`);
    }
    // The programs look for a secret by this name.
    const secret = name.replace(/-file$/, "");
    if (option.flags.endsWith("<file>")) needs.credentials.push(`${secret}:${resolve(value!)}`);
    if (secret !== name) continue;
    if (value === undefined) needs.words.push(flag);
    else needs.words.push(flag, onMachine(option.flags, name, value, needs));
  }
  return needs;
}

/** The value as the service needs it, which starts in another folder and reads few files. */
function onMachine(flags: string, name: string, value: string, { readable }: Needs): string {
  if (flags.endsWith("<file>")) return CREDENTIAL + name;
  const [, camera = "", input] = /^([\w-]+=)?(.*)$/s.exec(value)!;
  const isFile = name === "transform" || name === "device" && isRegularFile(input);
  if (!isFile) return value;
  const path = resolve(input);
  // What a transform imports is beside it.
  readable.push(name === "transform" ? dirname(path) : path);
  return camera + path;
}

function isRegularFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A word as systemd reads it. @see https://www.freedesktop.org/software/systemd/man/systemd.service.html#Command%20lines */
function quoted(word: string, separator = ""): string {
  const text = word.replaceAll("%", "%%").replace(/[\\"]/g, "\\$&");
  const isCredential = text.startsWith(CREDENTIAL);
  const safe = isCredential ? text : text.replaceAll("$", "$$$$");
  const bare = separator ? safe.replaceAll(separator, `\\${separator}`) : safe;
  return isCredential || /^[\w@%+=:,./-]+$/.test(bare) ? bare : `"${bare}"`;
}
