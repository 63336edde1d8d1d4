/** Secrets in files, which other users of the machine cannot see as they can the command line. */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import { notAllowed } from "./not_allowed.ts";
import { UsageError } from "./usage_error.ts";

/** The bit of a file's mode that lets others read it. */
const READABLE_BY_OTHERS = 0o004;

/** A secret, and where it came from. */
export interface Secret {
  readonly text: string;
  /** Whether every user of this machine can read its file. */
  readonly isOpen: boolean;
  readonly path: string;
}

/** Reads a file of text. Its errors are for the user. */
export function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new InvalidArgumentError(`${notAllowed(error)}.`);
    }
    if (error instanceof Deno.errors.NotFound) {
      throw new InvalidArgumentError("There is no such file.");
    }
    const isDenied = error instanceof Deno.errors.PermissionDenied;
    throw new InvalidArgumentError(
      isDenied ? "This user may not read it; change its owner or mode." : "It cannot be read.",
    );
  }
}

/** Reads a secret; a line break at its end does not count. */
export function readSecret(path: string): Secret {
  const text = readText(path).replace(/\r?\n$/, "");
  if (text === "") throw new InvalidArgumentError("The file is empty.");
  if (/[\r\n]/.test(text)) throw new InvalidArgumentError("The file has more than one line.");
  return { text, isOpen: isOpen(path), path };
}

/**
 * A secret that systemd passes to a service by `LoadCredential=`.
 *
 * @throws {UsageError} when it is not a secret.
 * @see https://systemd.io/CREDENTIALS/
 */
export function readCredential(name: string): Secret | undefined {
  const folder = Deno.env.get("CREDENTIALS_DIRECTORY");
  if (!folder) return undefined;
  const path = `${folder}/${name}`;
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
  }
  try {
    return readSecret(path);
  } catch (error) {
    throw new UsageError(
      `${path}, which systemd passes on, is not a secret: ${(error as Error).message}`,
    );
  }
}

/** The secret of server and client: from the command line, a file, or systemd. */
export function tokenOf(
  { token, tokenFile }: { readonly token?: string; readonly tokenFile?: Secret },
): { readonly token: string | undefined; readonly secret: Secret | undefined } {
  const secret = token === undefined ? tokenFile ?? readCredential("token") : undefined;
  return { token: token ?? secret?.text, secret };
}

/** Warnings about secrets that others can read. */
export function warningsOf(...secrets: readonly (Secret | undefined)[]): string[] {
  return secrets.filter((secret) => secret?.isOpen).map((secret) =>
    `every user of this machine can read ${secret!.path}; hide it with: chmod 600 ${secret!.path}`
  );
}

function isOpen(path: string): boolean {
  // On Windows, a mode has no meaning.
  const { mode } = Deno.statSync(path);
  return mode !== null && Deno.build.os !== "windows" && (mode & READABLE_BY_OTHERS) !== 0;
}
