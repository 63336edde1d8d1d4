/** The longest head of an answer, in bytes. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** Status and headers of an answer. */
export interface HttpHead {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The start of an answer, behind some odd bytes; anything else has no head. */
const STATUS = /^(\s*[^!-~]{0,4})(?:HTTP|ICY)(?:\/[\d.]*)?[ \t]+(\d{1,3})/i;
const STATUS_BEGUN = /^\s*[^!-~]{0,4}(?:h|ht|htt|http\b.*|i|ic|icy\b.*)?$/is;

/** A blank line behind the head, with any kind of line end. */
const END = /\n\r*\n|\r\r(?=[^\r\n])/g;
const LINE_END = /\r*\n|\r/;

/**
 * Parses the head at the start of an answer as leniently as browsers do. An answer that does not
 * start like HTTP has no head: it is the body of an answer with status 200, as in HTTP/0.9.
 *
 * @returns the head, and the offset of the body; undefined if more bytes are needed.
 * @throws {Error} when the head is too long.
 */
export function parseHead(bytes: Uint8Array): { head: HttpHead; end: number } | undefined {
  // One character for each byte, of any value.
  const text = Buffer.from(bytes).toString("latin1");
  const status = STATUS.exec(text);
  if (!status) {
    if (STATUS_BEGUN.test(text) && bytes.length < MAX_HEAD_BYTES) return;
    return { head: { status: 200, headers: new Map() }, end: 0 };
  }
  const start = status[1].length;
  END.lastIndex = start;
  const match = END.exec(text);
  if (!match) {
    if (bytes.length < MAX_HEAD_BYTES) return;
    throw new Error(`its answer has headers of over ${MAX_HEAD_BYTES} bytes`);
  }
  const headers = headersOf(text.slice(start, match.index));
  return { head: { status: Number(status[2]), headers }, end: END.lastIndex };
}

function headersOf(text: string): HttpHead["headers"] {
  const [, ...lines] = text.replace(/[\r\n]+[ \t]+/g, " ").split(LINE_END);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.trim().toLowerCase();
    // A server may offer several ways to log in, each in its own header.
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value.trim() : `${earlier}, ${value.trim()}`);
  }
  return headers;
}
