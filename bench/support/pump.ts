/**
 * Copies stdin to a socket: `pump.ts PORT`. The least that a Deno program can do with ffmpeg's
 * frames.
 *
 * @module
 */

const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
const chunk = new Uint8Array(256 * 1024);
for (let length: number | null; (length = await Deno.stdin.read(chunk)) !== null;) {
  for (let at = 0; at < length;) at += await connection.write(chunk.subarray(at, length));
}
