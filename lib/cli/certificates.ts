/** The certificates that the command line names. */

import { CertificateError, checkPair, type KeyPair } from "../access/certificate.ts";
import { watchFile } from "../decode/watch_file.ts";
import type { Log } from "./log.ts";
import type { TextFile } from "./options.ts";
import { readText } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";

/** A certificate with its key, and where they were read. */
export interface PairFiles {
  readonly pem: KeyPair;
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * The certificate and the key that two options name; undefined without them.
 *
 * @throws {UsageError} when one of them is missing, or the pair cannot be used.
 */
export function pairOf(
  { cert, key }: { readonly cert?: TextFile; readonly key?: TextFile },
  [certOption, keyOption]: readonly [string, string],
): PairFiles | undefined {
  if (!cert && !key) return undefined;
  const both = `${certOption} and ${keyOption}`;
  if (!cert || !key) throw new UsageError(`${both} go together: give both, or neither`);
  const pem = { cert: cert.text, key: key.text };
  try {
    checkPair(pem);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new UsageError(`${both} cannot be used: ${error.message}`);
  }
  return { pem, certFile: cert.path, keyFile: key.path };
}

/**
 * How long certificate and key may not match, in milliseconds: one file is replaced before the
 * other.
 */
export const GRACE_MS = 5000;

/**
 * Gives the files' contents to all users whenever they have changed, until it is disposed of. A
 * certificate that cannot be used, or does not match its key, is logged once, and not used.
 */
export function keepRenewed(
  { pem, certFile, keyFile }: PairFiles,
  users: readonly { renew(pair: KeyPair): void }[],
  log: Pick<Log, "info" | "warn">,
): Disposable {
  let current = pem;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = (onFailure: (reason: string) => void) => {
    clearTimeout(timer);
    try {
      const [cert, key] = [certFile, keyFile].map((path) => readText(path));
      if (cert === current.cert && key === current.key) return;
      checkPair({ cert, key });
      current = { cert, key };
      for (const user of users) user.renew(current);
      log.info(`the certificate in ${certFile} was renewed`);
    } catch (error) {
      onFailure((error as Error).message.replace(/\.$/, ""));
    }
  };
  const complain = (reason: string) => {
    log.warn(
      `${certFile} and ${keyFile} have changed and cannot be used; the old ones stay: ${reason}`,
    );
  };
  const onSave = () => read(() => timer = setTimeout(() => read(complain), GRACE_MS));
  const watching = [certFile, keyFile].map((path) => watchFile(path, onSave));
  // They may have changed since they were read.
  onSave();
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const watch of watching) watch[Symbol.dispose]();
    },
  };
}
