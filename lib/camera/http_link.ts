/** How much is read at once, in bytes. */
const CHUNK_BYTES = 64 * 1024;

/** A connection to an HTTP server. */
export interface HttpLink extends Disposable {
  /** The next bytes, valid until the next call; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Sends all bytes. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Connects without TLS. @param signal ends the attempt. */
export async function connectTcp(
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<HttpLink> {
  const connection = await Deno.connect({ hostname, port, signal });
  const buffer = new Uint8Array(CHUNK_BYTES);
  return {
    async read() {
      const count = await connection.read(buffer);
      return count === null ? undefined : buffer.subarray(0, count);
    },
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
    [Symbol.dispose]() {
      try {
        connection.close();
      } catch {
        // It is closed already.
      }
    },
  };
}
