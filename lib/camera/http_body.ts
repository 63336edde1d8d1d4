import { decompress } from "./decompress.ts";
import type { HttpHead } from "./http_head.ts";
import type { HttpLink } from "./http_link.ts";

/** The longest line with the size of a chunk, in characters. */
const MAX_SIZE_LINE = 200;

/**
 * The bytes of an answer's body as they come; each piece is valid until the next one is taken. A
 * body that claims to be chunked and is not passes unchanged, and an impossible length of a stream,
 * such as 0, is ignored.
 *
 * @param rest bytes that came with the head.
 */
export function readBody(
  { headers }: HttpHead,
  rest: Uint8Array,
  link: HttpLink,
): AsyncGenerator<Uint8Array, void> {
  const sent = unwrap(headers, read(rest, link));
  const [encoding] = /gzip|deflate/i.exec(headers.get("content-encoding") ?? "") ?? [];
  return encoding === undefined ? sent : decompress(sent, encoding.toLowerCase());
}

/** The bytes without the framing of chunks or length. */
function unwrap(
  headers: HttpHead["headers"],
  pieces: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  if (/chunked/i.test(headers.get("transfer-encoding") ?? "")) return unchunk(pieces);
  const isStream = /^multipart\//i.test(headers.get("content-type") ?? "");
  const length = /^[1-9]\d{0,14}$/.exec(headers.get("content-length") ?? "")?.[0];
  return length === undefined || isStream ? pieces : limit(pieces, Number(length));
}

async function* read(rest: Uint8Array, link: HttpLink): AsyncGenerator<Uint8Array, void> {
  using _ = link;
  if (rest.length > 0) yield rest;
  for (let piece; (piece = await link.read());) yield piece;
}

async function* limit(pieces: AsyncGenerator<Uint8Array, void>, length: number) {
  let left = length;
  for await (const piece of pieces) {
    yield left < piece.length ? piece.subarray(0, left) : piece;
    left -= piece.length;
    if (left <= 0) return;
  }
}

async function* unchunk(pieces: AsyncGenerator<Uint8Array, void>) {
  let left = 0;
  let line = "";
  let isChunked: boolean | undefined;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (left > 0) {
        const end = Math.min(piece.length, at + left);
        yield piece.subarray(at, end);
        left -= end - at;
        at = end;
        continue;
      }
      line += String.fromCharCode(piece[at++]);
      if (!line.endsWith("\n") && line.length < MAX_SIZE_LINE) continue;
      const size = /^\s*([\da-f]{1,8})\s*(?:;.*)?\r?\n$/i.exec(line)?.[1];
      const isBlank = line.trim() === "";
      if (size === undefined && !isBlank) {
        if (isChunked) throw new Error("its chunks are malformed");
        yield Buffer.from(line, "latin1");
        left = Infinity;
      }
      line = "";
      if (size === undefined) continue;
      isChunked = true;
      left = parseInt(size, 16);
      if (left === 0) return;
    }
  }
}
