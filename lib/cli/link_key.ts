/** The key of signed links, which is a file. */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import { Links } from "../access/links.ts";
import { watchFile } from "../decode/watch_file.ts";
import type { Log } from "./log.ts";
import { readSecret, type Secret } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";

/** Reads a key. Its errors are for the user. */
export function readLinkKey(path: string): Secret {
  const secret = readSecret(path);
  try {
    new Links(secret.text);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}; deno task link makes one.`);
  }
  return secret;
}

/**
 * The links of a key.
 *
 * @param missing the option that asks for a password, if it is missing.
 * @throws {UsageError} when everybody may watch, so that a link has no meaning.
 */
export function linksOf(key: Secret | undefined, missing: string | undefined): Links | undefined {
  if (!key) return undefined;
  if (missing === undefined) return new Links(key.text);
  throw new UsageError(
    `--link-key does nothing while everybody may watch: add ${missing}`,
  );
}

/**
 * Reads the key again whenever its file has changed, which revokes the links of the old key. While
 * the file contains no key, no link is valid.
 */
export function keepLinkKey(
  { path, text }: Secret,
  links: Links,
  log: Pick<Log, "info" | "warn">,
): Disposable {
  let current = text;
  const look = () => {
    try {
      const newer = readSecret(path).text;
      if (newer === current) return;
      current = "";
      links.renew(newer);
      current = newer;
      log.info(`${path} has changed: links made before are revoked`);
    } catch (error) {
      current = "";
      links.revoke();
      const reason = (error as Error).message.replace(/\.$/, "");
      log.warn(`${path} has changed and contains no key, so no link is valid: ${reason}`);
    }
  };
  const watching = watchFile(path, look);
  // It may have changed since it was read.
  look();
  return watching;
}
