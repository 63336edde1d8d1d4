/** The certificates of the command line. */

import { CertificateError, checkPair, type KeyPair } from "../access/certificate.ts";
import type { TextFile } from "./options.ts";
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
 * @throws {UsageError} when there is only one of them, or both cannot be used.
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
