/** The longest head of an answer, in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;

/** Status and headers of an answer. */
export interface HttpHead {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What an answer starts with; anything else has no head. */
const STATUS = /^\s*(?:HTTP|ICY)(?:\/[\d.]*)?[ \t]+(\d{1,3})/i;
const STATUS_BEGUN = /^\s*(?:h|ht|htt|http\b.*|i|ic|icy\b.*)?$/is;

/** Windows-1252: one character a byte, whatever the byte. */
const decoder = new TextDecoder("latin1");

/**
 * Parses the head at the start of an answer as leniently as browsers do. What does not start like HTTP
 * has no head: it is the body of an answer with status 200, as in HTTP/0.9.
 *
 * @returns the head, and the offset of the body; undefined if more bytes are needed.
 * @throws {Error} when the head is too long.
 */
export function parseHead(bytes: Uint8Array): { head: HttpHead; end: number } | undefined {
  const text = decoder.decode(bytes);
  if (!STATUS.test(text)) {
    if (STATUS_BEGUN.test(text) && bytes.length < MAX_HEAD_BYTES) return;
    return { head: { status: 200, headers: new Map() }, end: 0 };
  }
  // Blank lines may precede the head.
  const start = text.length - text.trimStart().length;
  const end = /\r?\n\r?\n/g;
  end.lastIndex = start;
  const match = end.exec(text);
  if (!match) {
    if (bytes.length < MAX_HEAD_BYTES) return;
    throw new Error(`its answer has headers of over ${MAX_HEAD_BYTES} bytes`);
  }
  return { head: headOf(text.slice(start, match.index)), end: end.lastIndex };
}

function headOf(text: string): HttpHead {
  const [first, ...lines] = text.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.trim().toLowerCase();
    // A server may offer several ways to log in, each in a header of its own.
    const earlier = headers.get(key);
    headers.set(key, earlier === undefined ? value.trim() : `${earlier}, ${value.trim()}`);
  }
  return { status: Number(STATUS.exec(first)![1]), headers };
}
