import { assertEquals } from "@std/assert";
import { verify } from "../../lib/wire/authentication.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { Frame } from "../../lib/frame/frame.ts";
import { FrameMemory } from "../../lib/frame/frame_memory.ts";
import {
  decodeControl,
  encodeAcknowledgements,
  encodeControl,
  LENGTH_PREFIX,
} from "../../lib/wire/codec.ts";
import { clientLimit, serverLimit } from "../../lib/wire/limits.ts";
import { ClientMessage, ServerMessage } from "../../lib/wire/protocol.ts";

/** The bytes of a session, in the order they went over the wire. */
const RECORDED = Deno.readTextFileSync(new URL("session_v1.txt", import.meta.url))
  .split("\n").filter((line) => line && !line.startsWith("#"))
  .map((line) => line.split(" "))
  .map(([from, hex]) => ({ from, bytes: Uint8Array.fromHex(hex) }));

const NONCE = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const HMAC = "47860bcbb991426bea828dbf6097dff33339b093e3b9f61d9aef8a052f93e402";
const SENT = 1795420800000.25;
/** One whole JPEG, as far as the wire looks at it. */
const FRAME = Uint8Array.fromHex("ffd8ffe000104a46494600010100000100010000ffd9");

/** What the session says. */
const SESSION: [from: string, message: ServerMessage | ClientMessage | Uint8Array][] = [
  ["server", { type: "challenge", nonce: NONCE }],
  ["client", { type: "hello", version: 1, acknowledges: true, hmac: HMAC }],
  ["server", {
    type: "welcome",
    version: 1,
    server: "socketcam",
    camera: { name: "test picture", mode: "1280x720 at 30, encoded" },
  }],
  ["server", { type: "camera", state: "live" }],
  ["client", { type: "ping", sent: SENT }],
  ["server", { type: "pong", sent: SENT, now: 1795424400001.5 }],
  ["server", FRAME],
  ["client", new Uint8Array(0)],
  ["server", { type: "camera", state: "lost", reason: "unplugged – é" }],
  ["server", { type: "error", code: "protocol", message: "hello comes first" }],
];

function encodePayload(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) return encodeAcknowledgements(1);
  const meta = { sequence: 1, capturedAt: 0 };
  return new Frame(FrameMemory.copyOf(payload), meta).seal(LENGTH_PREFIX)[0];
}

/** The messages of one side in the recorded bytes, fed in chunks of this size. */
function decode(side: string, chunkBytes: number): typeof SESSION {
  const bytes = RECORDED.filter(({ from }) => from === side).flatMap(({ bytes }) => [...bytes]);
  const decoder = new MessageDecoder(side === "server" ? serverLimit : clientLimit);
  const messages = side === "server" ? ServerMessage : ClientMessage;
  const decoded: typeof SESSION = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = new Uint8Array(bytes.slice(at, at + chunkBytes));
    for (const { bytes: payload } of decoder.push(chunk)) {
      const isControl = payload[0] === "{".charCodeAt(0);
      decoded.push([side, isControl ? decodeControl(payload, messages)! : payload]);
    }
  }
  return decoded;
}

Deno.test("the decoder reads the recorded session of version 1", () => {
  for (const side of ["server", "client"]) {
    const said = SESSION.filter(([from]) => from === side);
    for (const chunkBytes of [1, 7, 1000]) assertEquals(decode(side, chunkBytes), said);
  }
});

Deno.test("the encoder writes the recorded session of version 1, byte for byte", () => {
  const encoded = SESSION.map(([from, message]) => ({
    from,
    bytes: message instanceof Uint8Array ? encodePayload(message) : encodeControl(message),
  }));
  assertEquals(encoded, RECORDED);
});

Deno.test("the token of the recorded session is accepted", async () => {
  assertEquals(await verify("secret", NONCE, HMAC), true);
});
