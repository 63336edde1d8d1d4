import { delay } from "@std/async/delay";
import { concat } from "@std/bytes/concat";
import type { HttpLogin } from "../access/http_login.ts";
import { onAbort } from "../time/on_abort.ts";
import { connectHttp } from "./connect_http.ts";
import { readBody } from "./http_body.ts";
import { type HttpHead, parseHead } from "./http_head.ts";
import type { HttpLink } from "./http_link.ts";

/** How many redirects and logins in a row are followed. */
const MAX_HOPS = 10;
/**
 * How long to wait before each try, in milliseconds, when a camera is busy just after it asked for a
 * password: a camera with one viewer's place may take a moment to notice that the connection is
 * closed.
 */
const BUSY_MS = [500, 1500];

/** An answer. Disposing of it closes its connection. */
export interface HttpAnswer extends HttpHead, Disposable {
  /** The body's bytes as they come; each piece is valid until the next one is taken. */
  readonly body: AsyncGenerator<Uint8Array, void>;
}

/**
 * Gets a URL from a camera, over one connection for this request alone. Like browsers and unlike
 * `fetch`, it tolerates the odd HTTP of some cameras. It follows redirects, and returns their
 * cookies, but logs in only to the server of the URL. It uses no proxy.
 *
 * @param signal closes the connection, also later.
 * @throws {Error} when there is no answer.
 */
export async function httpGet(
  address: URL,
  login: HttpLogin,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let url = address;
  let hasAnswered = false;
  const cookies = new Map<string, string | undefined>();
  const waits = BUSY_MS.values();
  for (let hop = 0; hop <= MAX_HOPS; hop++) {
    const isOwn = url.origin === address.origin;
    const cookie = cookies.get(url.origin);
    const authorization = isOwn ? login.authorization(url) : undefined;
    const answer = await ask(url, { Authorization: authorization, Cookie: cookie }, signal);
    const { status, headers } = answer;
    const location = headers.get("location");
    if (status > 300 && status < 400 && location) {
      answer[Symbol.dispose]();
      cookies.set(url.origin, cookieOf(answer, cookie));
      url = new URL(Buffer.from(location, "latin1").toString(), url);
      if (!/^https?:$/.test(url.protocol)) throw new Error(`it redirects to ${url.protocol}`);
      continue;
    }
    const mayLogIn = status === 401 && isOwn && address.username + address.password !== "";
    if (mayLogIn && login.challenged(headers.get("www-authenticate") ?? "", hasAnswered)) {
      answer[Symbol.dispose]();
      hasAnswered = true;
      continue;
    }
    const wait = status >= 500 && hasAnswered ? waits.next().value : undefined;
    if (wait !== undefined) {
      answer[Symbol.dispose]();
      await delay(wait, { signal });
      continue;
    }
    login.answered(headers.get("authentication-info") ?? "");
    return answer;
  }
  throw new Error("it redirects too often");
}

/** The `Cookie` for the server of this answer: its cookies so far, without attributes. */
function cookieOf({ headers }: HttpHead, earlier: string | undefined): string | undefined {
  const set = (headers.get("set-cookie") ?? "").matchAll(/(?:^|,)\s*([^\s=;,]+=[^;,]*)/g);
  return [...earlier ? [earlier] : [], ...set.map(([, cookie]) => cookie)].join("; ") || undefined;
}

/** Headers to send; undefined ones are left out. */
type Extra = Readonly<Record<string, string | undefined>>;

async function ask(url: URL, extra: Extra, signal: AbortSignal): Promise<HttpAnswer> {
  const link = await connectHttp(url, signal);
  const abort = onAbort(signal, () => link[Symbol.dispose]());
  const close = () => {
    abort[Symbol.dispose]();
    link[Symbol.dispose]();
  };
  try {
    await link.write(request(url, extra));
    const { head, rest } = await readHead(link);
    return { ...head, body: readBody(head, rest, link), [Symbol.dispose]: close };
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw error;
  }
}

function request({ pathname, search, host }: URL, extra: Extra): Uint8Array {
  const lines = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    "User-Agent: socketcam",
    "Accept: */*",
    "Connection: close",
    ...Object.entries(extra).filter(([, value]) => value).map((entry) => entry.join(": ")),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

async function readHead(link: HttpLink): Promise<{ head: HttpHead; rest: Uint8Array }> {
  let bytes = new Uint8Array(0);
  while (true) {
    const parsed = bytes.length > 0 ? parseHead(bytes) : undefined;
    if (parsed) {
      bytes = bytes.slice(parsed.end);
      // "100 Continue" announces the answer.
      const { status } = parsed.head;
      if (status < 100 || status > 199) return { head: parsed.head, rest: bytes };
      continue;
    }
    const piece = await link.read();
    if (!piece) throw new Error("it closed the connection before it answered");
    bytes = concat([bytes, piece]);
  }
}
