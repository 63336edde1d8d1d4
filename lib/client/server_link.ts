import type { ByteWriter } from "../flow/outbox.ts";

/** A connection to a server. */
export interface ServerLink extends ByteWriter, Disposable {
  /** Reads into `buffer`; returns how many bytes, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** The server's certificate, as DER; undefined without TLS, or if no proof is bound to it. */
  readonly certificate?: Uint8Array;
}
