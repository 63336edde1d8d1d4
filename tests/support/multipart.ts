/**
 * A strict reader of `multipart/x-mixed-replace` responses.
 *
 * @module
 */

/** One part. */
export interface Part {
  headers: Map<string, string>;
  body: Uint8Array;
}

/** Reads the parts of a response as they come; throws at the first malformed one. */
export async function* partsOf(response: Response): AsyncGenerator<Part> {
  const boundary = /boundary=([^;"]+)$/.exec(response.headers.get("content-type") ?? "")?.[1];
  if (!boundary) throw new Error(`no boundary in ${response.headers.get("content-type")}`);
  let buffer = new Uint8Array(0);
  const reader = response.body!.getReader();
  const fill = async (length: number) => {
    while (buffer.length < length) {
      const { value, done } = await reader.read();
      if (done) return false;
      const joined = new Uint8Array(buffer.length + value.length);
      joined.set(buffer);
      joined.set(value, buffer.length);
      buffer = joined;
    }
    return true;
  };
  const take = (length: number) => {
    const bytes = buffer.slice(0, length);
    buffer = buffer.slice(length);
    return bytes;
  };
  const line = async () => {
    let at = 0;
    while (true) {
      if (!await fill(at + 2)) return undefined;
      if (buffer[at] === 13 && buffer[at + 1] === 10) break;
      at++;
    }
    return new TextDecoder().decode(take(at + 2)).slice(0, -2);
  };
  try {
    while (true) {
      const opening = await line();
      if (opening === undefined) return;
      if (opening !== `--${boundary}`) throw new Error(`"${opening}" is not the boundary`);
      const headers = new Map<string, string>();
      for (let text = await line(); text; text = await line()) {
        const [name, value] = text.split(": ");
        headers.set(name.toLowerCase(), value);
      }
      const length = Number(headers.get("content-length"));
      if (!await fill(length + 2)) return;
      const body = take(length);
      if (new TextDecoder().decode(take(2)) !== "\r\n") throw new Error("no line end after a part");
      yield { headers, body };
    }
  } finally {
    await reader.cancel();
  }
}
