import {
  Command,
  InvalidArgumentError,
  Option,
  type OptionValues,
} from "@commander-js/extra-typings";
import type { Option as AnyOption } from "commander";
import { TrustedProxies } from "../access/trusted_proxies.ts";
import { type Program, variableOf, variablesOf } from "./environment.ts";
import { readLinkKey } from "./link_key.ts";
import type { LogFormat } from "./log.ts";
import { readSecret, readText } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";
import manifest from "../../deno.json" with { type: "json" };

/** The groups of options in `--help`. */
export const GROUP = {
  camera: "Camera:",
  server: "Server:",
  network: "Network:",
  access: "Who can watch:",
  viewers: "Viewers:",
  decoding: "Decoding:",
  other: "Log and help:",
};

/** Makes the options of a program. Each has an environment variable too. */
export class Options {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** An option. */
  one<const Flags extends string>(flags: Flags, description: string) {
    const option = new Option(flags, description);
    const variable = variableOf(this.#program, option as unknown as AnyOption);
    return variable === undefined ? option : option.env(variable);
  }

  /** The option for more host names. */
  allowHost() {
    return this.one(
      "--allow-host <names>",
      "more host names to answer to, such as a proxy's; * is all",
    )
      .argParser(list);
  }

  /** The option for more origins. */
  allowOrigin() {
    return this.one("--allow-origin <origins>", "origins whose pages may use the answers; * is all")
      .argParser(list);
  }

  /** The option for trusted proxies. */
  trustProxy() {
    return this.one(
      "--trust-proxy <addresses>",
      "proxies whose X-Forwarded-For names the viewer: 127.0.0.1, 10.0.0.0/8",
    ).argParser(proxies);
  }

  /** The option for signed links. */
  linkKey() {
    return this.one("--link-key <file>", "accept links of deno task link, made with this key")
      .argParser(readLinkKey);
  }

  /** The secret of server and client. */
  token(description: string) {
    return this.one("--token <text>", description).argParser(notEmpty);
  }

  /** The option for a secret that other users of the machine cannot see. */
  tokenFile() {
    return this.one("--token-file <file>", "the same, read from a file").argParser(readSecret);
  }
}

/** A command that throws instead of exiting. */
export function command(program: Program, description: string, examples: readonly string[]) {
  const variable = `SOCKETCAM_${program.toUpperCase()}`;
  return new Command(`${program}.ts`)
    .description(description)
    .exitOverride()
    // run.ts reports its errors like all others.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ optionDescription: describe })
    .addHelpText(
      "after",
      [
        "\nExamples:",
        ...examples.map((example) => `  deno run -A ${program}.ts ${example}`),
        "\nEnvironment:",
        `  Each option has a variable: --http-port 80 is ${variable}_HTTP_PORT=80,`,
        `  and --verbose is ${variable}_VERBOSE=1. SOCKETCAM_TOKEN,`,
        "  SOCKETCAM_TOKEN_FILE, SOCKETCAM_LOG and SOCKETCAM_VERBOSE are for both programs.",
        "  The command line counts first.",
      ].join("\n"),
    );
}

/** Adds the options that both programs have, and then reads the command line and the environment. */
export function parse<Options extends OptionValues>(
  program: Program,
  command: Command<[], Options>,
  args: readonly string[],
) {
  const options = new Options(program);
  const parsed = command.optionsGroup(GROUP.other)
    .addOption(
      options.one("--log <format>", "how to log").choices(["text", "json"]).default("text"),
    )
    .addOption(options.one("--verbose", "log more"))
    .helpOption("-h, --help", "show this")
    .version(manifest.version, "-V, --version", "show the version")
    .parse(args, { from: "user" });
  // The command line counts first, for both of the two.
  const [text, file] = ["token", "tokenFile"].map((name) => parsed.getOptionValueSource(name));
  if (text === "cli" && file === "cli") {
    throw new UsageError("--token and --token-file are the same: leave one out");
  }
  if (text === "env" && file === "cli") parsed.setOptionValue("token", undefined);
  return parsed.opts();
}

/** The log's format according to command line and environment, even if another option is wrong. */
export function wantedFormat(program: Program, args: readonly string[]): LogFormat {
  const variable = variablesOf(program, "log").find((name) => Deno.env.has(name));
  const words = [
    ...variable === undefined ? [] : ["--log", Deno.env.get(variable)],
    ...args.flatMap((word) => word.startsWith("--log=") ? ["--log", word.slice(6)] : [word]),
  ];
  const at = words.lastIndexOf("--log");
  return at >= 0 && words[at + 1] === "json" ? "json" : "text";
}

/** An option's text in `--help`, which explains the variables once, below. */
function describe({ description, argChoices, defaultValue, defaultValueDescription }: AnyOption) {
  const defaultText = defaultValueDescription ?? defaultValue;
  const extra = [
    ...argChoices ? [argChoices.join(" or ")] : [],
    ...defaultText === undefined || typeof defaultValue === "boolean"
      ? []
      : [`default: ${defaultText}`],
  ];
  return extra.length === 0 ? description : `${description} (${extra.join("; ")})`;
}

/** Reads a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

/** Reads a port; 0 is any free one. */
export const port: (text: string) => number = wholeNumber(0, 65_535);

/** Reads words separated by commas, or one a line; an option given twice adds up. */
export function list(text: string, before: string[] | undefined): string[] {
  return [...before ?? [], ...text.split(/[,\n]/).map((word) => word.trim()).filter(Boolean)];
}

/** Reads proxies, as {@linkcode list} does. */
function proxies(text: string, before: string[] | undefined): string[] {
  const all = list(text, before);
  try {
    new TrustedProxies(all);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
  return all;
}

/** The names of these options. Only a server has the last one. */
export const ACCESS_HINTS = {
  allowHost: "--allow-host",
  allowOrigin: "--allow-origin",
  allowControl: "--allow-control of server.ts",
};

/** A file that was read. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Reads a PEM file, which must contain a `what` (the word in its header). */
export function pem(what: string): (path: string) => TextFile {
  return (path) => {
    const text = readText(path);
    if (new RegExp(`^-----BEGIN [A-Z ]*${what}-----`, "m").test(text)) return { path, text };
    throw new InvalidArgumentError(`It must be a PEM file with a ${what.toLowerCase()}.`);
  };
}

/** Reads a token, which must not be empty: an empty one would protect nothing. */
function notEmpty(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("It must not be empty.");
}
