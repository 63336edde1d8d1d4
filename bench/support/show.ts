/**
 * Shows frames from memory, 30 a second, to all viewers that come: `show.ts FOLDER`. With `bare`, it
 * does so without real HTTP, mailboxes or limits: the least work for Deno.
 *
 * @module
 */

import { print } from "../../lib/cli/terminal.ts";
import { passFrames } from "../../lib/decode/pass_frames.ts";
import { serveViewers } from "../../lib/viewers/serve_viewers.ts";
import { runFeed } from "../../tests/support/feed.ts";
import { FakeCamera } from "../../tests/support/frames.ts";

const [folder, how] = Deno.args;
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
const jpegs = names.map((name) => Deno.readFileSync(`${folder}/${name}`));
const camera = new FakeCamera();

function printPort(port: number): void {
  print(JSON.stringify({ port }));
}

/** Writes each frame to each connection that has taken the one before. */
async function showBare(): Promise<void> {
  const text = new TextEncoder();
  const head = text.encode(
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n--frame\r\n",
  );
  const boundary = text.encode("\r\n--frame\r\n");
  const idle = new Set<Deno.TcpConn>();
  const write = async (conn: Deno.TcpConn, bytes: Uint8Array) => {
    idle.delete(conn);
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    idle.add(conn);
  };
  const greet = async (conn: Deno.TcpConn) => {
    await conn.read(new Uint8Array(4096));
    await write(conn, head);
  };
  void (async () => {
    for await (const frame of camera.frames.subscribe()) {
      const { bytes } = frame;
      const before = text.encode(`Content-Length: ${bytes.length}\r\n\r\n`);
      const part = new Uint8Array(before.length + bytes.length + boundary.length);
      part.set(before);
      part.set(bytes, before.length);
      part.set(boundary, before.length + bytes.length);
      frame.release();
      for (const conn of [...idle]) write(conn, part).catch(() => idle.delete(conn));
    }
  })();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  printPort(listener.addr.port);
  for await (const conn of listener) greet(conn).catch(() => {});
}

async function show(): Promise<void> {
  const viewers = await serveViewers(passFrames(camera), { host: "127.0.0.1", port: 0 });
  printPort(viewers.address.port);
}

void runFeed(camera, jpegs, new AbortController().signal);
await (how === "bare" ? showBare() : show());
