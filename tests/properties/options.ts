/**
 * Properties of the command lines and the environment.
 *
 * @module
 */

import { assert } from "@std/assert";
import process from "node:process";
import { CommanderError } from "commander";
import { fc } from "../support/packages.ts";
import { readClientOptions } from "../../lib/cli/client_options.ts";
import { readServerOptions } from "../../lib/cli/server_options.ts";
import { variablesOf } from "../../lib/cli/environment.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { assertHolds, type Property } from "./property.ts";

const FLAGS = [
  ...["--device", "--size", "--fps", "--quality", "--filter", "--host", "--port", "--token"],
  ...["--cert", "--key", "--max-clients", "--http-port", "--always-on", "--list", "--json"],
  ...[
    "--tls",
    "--ca",
    "--http-host",
    "--http-user",
    "--http-cert",
    "--http-key",
    "--allow-host",
    "--allow-origin",
    "--trust-proxy",
    "--link-key",
  ],
  ...["--transform", "--no-decode", "--decode", "--workers", "--open", "--log", "--verbose"],
  ...["--help", "--version", "-h", "-V", "--", "-", "--prot"],
];
const VALUES = [
  ...["", "0", "-1", "1", "9999", "65535", "65536", "1e3", "0x10", " 1", "1.5", "NaN", "Infinity"],
  ...["1280x720", "0x0", "65536x1", "x", "1x1x1", "٣x٣", "text", "json", "xml", "a:b", ":b", "a:"],
  ...["LICENSE", "/nonexistent", ".", "a,b", ",", "*", "__proto__", "constructor", "--port"],
];

const word = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.integer().map(String),
);
const argument = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...FLAGS) },
  { weight: 3, arbitrary: word },
  fc.tuple(fc.constantFrom(...FLAGS), word).map((both) => both.join("=")),
);
const args = fc.array(argument, { maxLength: 8 });

const variables = FLAGS.filter((flag) => /^--[a-z]/.test(flag))
  .flatMap((flag) =>
    (["server", "client"] as const).flatMap((program) => variablesOf(program, flag.slice(2)))
  );
// Environment variables cannot contain a NUL.
const value = word.filter((text) => !text.includes("\0"));
const environment = fc.dictionary(fc.constantFrom(...variables), value, { maxKeys: 4 });

/** Fails unless each number is an integer that fits a port, a size or a count. */
function assertOptions(options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== "number") continue;
    assert(Number.isInteger(value) && value >= 0 && value <= 65_535, `${name}: ${value}`);
  }
}

/** Checks a reader of options, and hides what commander prints for wrong ones. */
async function check(
  read: (args: string[]) => Record<string, unknown>,
  runs: number,
  seed: number,
): Promise<void> {
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write];
  const silent = () => true;
  [stdout.write, stderr.write] = [silent, silent];
  try {
    await assertHolds(
      fc.tuple(args, environment),
      ([args, environment]) => {
        for (const [name, value] of Object.entries(environment)) Deno.env.set(name, value);
        try {
          assertOptions(read(args));
        } catch (error) {
          const isUsage = error instanceof UsageError || error instanceof CommanderError;
          if (!isUsage) throw error;
          assert(error.message.length > 0);
        } finally {
          for (const name of Object.keys(environment)) Deno.env.delete(name);
        }
      },
      runs,
      seed,
    );
  } finally {
    [stdout.write, stderr.write] = writes;
  }
}

/** All properties of this module. */
export const options: readonly Property[] = [
  {
    name: "readServerOptions() returns valid options or throws an error with a message",
    share: 0.3,
    check: (runs, seed) => check(readServerOptions, runs, seed),
  },
  {
    name: "readClientOptions() returns valid options or throws an error with a message",
    share: 0.3,
    check: (runs, seed) => check(readClientOptions, runs, seed),
  },
];
