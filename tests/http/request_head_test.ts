import { assertEquals, assertThrows } from "@std/assert";
import { HeadError, MAX_HEAD_BYTES, requestOf, takeHead } from "../../lib/http/request_head.ts";

const { signal } = new AbortController();
const HERE = { localAddress: "::1", localPort: 8080 };

/** A request, the part of it that is read, and its URL. */
function read(text: string) {
  const [head, rest] = takeHead(Buffer.from(text, "latin1"))!;
  const { url, method } = requestOf(head, signal, HERE);
  return { ...head, headers: Object.fromEntries(head.headers), url, method, rest: String(rest) };
}

Deno.test("takeHead() reads the head of a request, and leaves what comes after it", () => {
  const { method, url, headers, rest, keepsAlive } = read(
    "GET /stream?fps=5 HTTP/1.1\r\nHost: camera:8080\r\nAccept:a\r\naccept: \t b\t\r\nX:\xe4\r\n\r\nGET",
  );
  assertEquals([method, url, rest, keepsAlive], [
    "GET",
    "http://camera:8080/stream?fps=5",
    "GET",
    true,
  ]);
  assertEquals(headers, { host: "camera:8080", accept: "a, b", x: "\xe4" });
});

Deno.test("takeHead() waits for the rest of a head", () => {
  const text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (let length = 0; length < text.length; length++) {
    assertEquals(takeHead(Buffer.from(text.slice(0, length))), undefined);
  }
  assertEquals(read(text).url, "http://a/");
});

Deno.test("takeHead() knows which requests may be followed by another, and which become a WebSocket", () => {
  const of = (path: string, version: string, lines: string) => {
    const { keepsAlive, isUpgrade } = read(
      `GET ${path} HTTP/${version}\r\nHost: a\r\n${lines}\r\n`,
    );
    return [keepsAlive, isUpgrade];
  };
  const upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
  assertEquals(of("/", "1.1", ""), [true, false]);
  assertEquals(of("/", "1.1", "Connection: Close\r\n"), [false, false]);
  assertEquals(of("/", "1.1", "Content-Length: 0\r\n"), [true, false]);
  assertEquals(of("/", "1.1", "Content-Length: 1\r\n"), [false, false]);
  assertEquals(of("/", "1.1", "Transfer-Encoding: chunked\r\n"), [false, false]);
  assertEquals(of("/", "1.0", "Connection: keep-alive\r\n"), [false, false]);
  assertEquals(of("/ws?fps=5", "1.1", upgrade), [false, true]);
  assertEquals(of("/ws", "1.0", upgrade), [false, false]);
  assertEquals(of("/wss", "1.1", upgrade), [true, false]);
  assertEquals(of("/ws", "1.1", "Upgrade: websocket\r\n"), [true, false]);
  assertEquals(of("/ws", "1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n"), [true, false]);
});

Deno.test("takeHead() refuses bytes that cannot become a request as soon as that is clear", () => {
  const refuses = (text: string, status: number) => {
    const error = assertThrows(() => takeHead(Buffer.from(text, "latin1")), HeadError);
    assertEquals(error.status, status);
  };
  refuses("\x16\x03\x01", 400);
  refuses(" GET / HTTP/1.1\r\n\r\n", 400);
  for (
    const line of [
      ...["GET /", "GET / HTTP/2.0", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", "G(T / HTTP/1.1"],
      ...["GET / HTTP/1.1\r\nno colon", "GET / HTTP/1.1\r\nX : 1", "GET / HTTP/1.1\r\nX: 1\r\n 2"],
      ...["GET / HTTP/1.1\r\nX: a\0b", "GET / HTTP/1.1\r\nX: a\rb", "GET / HTTP/1.1\r\nX: a\nb"],
    ]
  ) refuses(`${line}\r\n\r\n`, 400);
  const head = (bytes: number) => `GET / HTTP/1.1\r\nX: ${"x".repeat(bytes - 19)}`;
  refuses(head(MAX_HEAD_BYTES + 1), 431);
  refuses(`${head(MAX_HEAD_BYTES + 1)}\r\n\r\n`, 431);
  refuses("\r\n".repeat(MAX_HEAD_BYTES), 431);
  refuses(`${"\r\n".repeat(MAX_HEAD_BYTES)}${head(100)}\r\n\r\n`, 431);
  assertEquals(takeHead(Buffer.from(head(MAX_HEAD_BYTES))), undefined);
  assertEquals(takeHead(Buffer.from(`${head(MAX_HEAD_BYTES)}\r\n\r\n`))![1].length, 0);
});

Deno.test("requestOf() uses the reached address when there is no Host, and refuses malformed requests", () => {
  assertEquals(read("GET /a HTTP/1.0\r\n\r\n").url, "http://[::1]:8080/a");
  assertEquals(read("GET http://b/a HTTP/1.1\r\nHost: c\r\n\r\n").url, "http://b/a");
  assertEquals(read("GET /\xe4 HTTP/1.1\r\nHost: c\r\n\r\n").url, "http://c/%C3%A4");
  for (
    const text of [
      ...["OPTIONS * HTTP/1.1\r\nHost: a", "CONNECT a:80 HTTP/1.1\r\nHost: a"],
      ...["GET / HTTP/1.1\r\nHost: a b", "GET / HTTP/1.1\r\nHost: a\r\nHost: b"],
      "TRACE / HTTP/1.1\r\nHost: a",
    ]
  ) assertThrows(() => read(`${text}\r\n\r\n`), TypeError);
});
