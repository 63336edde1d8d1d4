/**
 * Memory given back before the collector comes.
 *
 * @module
 */

/**
 * Frees the memory of bytes that nobody will read again; they are gone for all who share it. V8
 * lets up to 64 MiB of such buffers lie about, in each thread, and in one that idles for ever.
 */
export function release({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
