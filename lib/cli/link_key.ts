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
 * @param missing the option that would ask for a password, where none does.
 * @throws {UsageError} when everybody may watch: then a link means nothing.
 */
export function linksOf(key: Secret | undefined, missing: string | undefined): Links | undefined {
  if (!key) return undefined;
  if (missing === undefined) return new Links(key.text);
  throw new UsageError(
    `--link-key is for those who do not know the password, and there is none: add ${missing}`,
  );
}

/** Takes the key anew whenever its file has changed, which revokes the links made before. */
export function keepLinkKey(
  { path }: Secret,
  links: Links,
  log: Pick<Log, "info" | "warn">,
): Disposable {
  return watchFile(path, () => {
    try {
      links.renew(readSecret(path).text);
      log.info(`${path} has changed: links made before are revoked`);
    } catch (error) {
      const reason = (error as Error).message.replace(/\.$/, "");
      log.warn(`${path} has changed and is no key, so that no link is valid: ${reason}`);
    }
  });
}
