/**
 * The wire protocol, version 1. This file is its specification.
 *
 * TCP, or TLS over TCP. In both directions, each message is a length and then that many bytes:
 *
 * | bytes | what                                                |
 * | ----- | --------------------------------------------------- |
 * | 4     | length of the payload, unsigned, big-endian         |
 * | n     | payload; its first bytes say what it is             |
 *
 * | from   | payload starts with | it is                                                  |
 * | ------ | ------------------- | ------------------------------------------------------ |
 * | server | `FF D8`             | a frame: one whole JPEG                                |
 * | either | `{`                 | a control message: UTF-8 JSON with a `type`            |
 * | client | (empty)             | an acknowledgement: one frame has arrived              |
 *
 * A client that never sends a byte gets frames and nothing else. A client that speaks sends `hello`
 * first; from then on the server may send it `welcome`, `camera`, `cameras`, `controls`, `set`,
 * `pong` and `error` as well. Both sides ignore control messages and fields that they do not know,
 * so that either can be newer.
 *
 * A connection carries one camera: the server's first, or the one that `hello` names. `welcome` lists
 * them all, at most {@linkcode MAX_CAMERAS}, each with the `id` that `hello` takes, and with the name
 * and mode of the device once they are known. When cameras come or go, `cameras` lists them again.
 * A client that names a camera may get frames of another one only before its `welcome`. If there is
 * no such camera, or it is gone, the client gets an `error` with the list of cameras. A server
 * whose `welcome` lists nothing has one camera, `1`.
 *
 * From the first acknowledgement on (or from a `hello` with `"acknowledges":true` on), the server
 * sends a frame only when the link has room for it, and always the newest one, so that no frame
 * ages in a buffer.
 *
 * A client that says `"watch":false` in `hello` gets no frames until it sends
 * `{"type":"watch","on":true}`; `"on":false` stops them again. The camera sleeps while no connection
 * wants frames. A server that does not know `watch` keeps sending. A server waits
 * {@linkcode SPEAK_MS} for the first message of a new client before it treats it as one that never speaks.
 *
 * A server that lets clients change its cameras sends `controls` after `welcome`, and again to
 * every client whenever a control has changed: at most {@linkcode MAX_LISTED_CONTROLS}, each menu
 * with at most {@linkcode MAX_MENU_ITEMS} items, and fewer if they do not fit into a message. A
 * client changes one with `{"type":"set","control":"brightness","value":10}`, at most
 * {@linkcode MAX_SETS_PER_SECOND} in a second. The answer is a `set`, too, with the `id` of the question. If
 * nothing was changed, it has a `code` and a sentence (`message`), and the connection goes on. The
 * codes: `unknown` (no such control), `out-of-range`, `read-only`, `inactive` (another control
 * decides), `no-controls`, `not-allowed` (by this server), `too-many`, `refused` (by the camera),
 * `unavailable` (the camera is not there).
 *
 * A client may ask for the time with `ping`. After three questions, each side treats the other as
 * gone when nothing has come for {@linkcode SILENCE_MS}. So both notice a link that died silently.
 *
 * A server with a token sends `challenge` first, with a nonce for this connection only. It sends no
 * frame until it has received a `hello` whose `hmac` is the HMAC-SHA256 of the nonce's bytes, keyed
 * with the UTF-8 bytes of the token. Nonce and HMAC are in hex, a nonce of at most 64 bytes. In Python:
 * `hmac.new(token.encode(), bytes.fromhex(nonce), "sha256").hexdigest()`.
 *
 * A client that wants proof in return sends a `nonce` of its own in `hello`. Then `hmac` is that of
 * the server's nonce followed by the client's, and `welcome` has the server's `proof`: the HMAC of the
 * client's nonce followed by the server's. Both nonces are used once, and neither proof is the other.
 * Without TLS, somebody in the middle can still relay all of this. With TLS, a client that sends a
 * `nonce` also sends the SHA-256 of the server's certificate (`certificate`, in hex), and both
 * HMACs are of the two nonces followed by these 32 bytes. A server that has a certificate accepts
 * no other one.
 *
 * Both sides end a connection on which more than 1,000 control messages come in a second, or more
 * bytes of them than {@linkcode CLIENT_CONTROL_BYTES} and {@linkcode SERVER_CONTROL_BYTES}. A
 * server ends a connection whose client acknowledges more frames than it got. A client reads at
 * most 20,000 frames a second, and leaves further ones in the network until the second is over. For
 * both limits, it counts all its connections to a server together.
 *
 * A frame has at most 16 MiB ({@linkcode MAX_FRAME_BYTES}). If a client breaks this limit, or one of
 * those below, the server sends an `error` and closes the connection. The codes of an `error`:
 * `protocol` (the message breaks this specification), `late` (a time limit below has passed),
 * `token` (no token, or the wrong one), `slow` (too many wrong tokens came from this address: try
 * later), `full` (too many clients: try later), `camera` (there is no such camera).
 */

import * as v from "valibot";
import { cleanText } from "../access/clean_text.ts";
import { HEX } from "./authentication.ts";

/** The port that a server listens on by default. */
export const DEFAULT_PORT = 9999;
/** The version that both sides send in their greeting. */
export const PROTOCOL_VERSION = 1;
/** The longest control message, in bytes. */
export const MAX_CONTROL_BYTES = 64 * 1024;
/** The longest message of a client before the answer to its greeting, in bytes, length included. */
export const MAX_GREETING_BYTES = 4 * 1024;
/** How long the handshake of a new connection may take, in milliseconds. */
export const HANDSHAKE_MS = 5000;
/** How long a client's message may take from its first byte to its last, in milliseconds. */
export const MESSAGE_MS = 5000;
/** How long a server waits for a client's first message before it sends frames, in milliseconds. */
export const SPEAK_MS = 200;
/** How often a client asks for the time, in milliseconds; this also shows that it is alive. */
export const PING_MS = 1000;
/** After how many questions a client is expected to keep asking. */
export const REGULAR_PINGS = 3;
/** How long the other side may be silent, in milliseconds; then it counts as gone. */
export const SILENCE_MS = 6000;
/** How many control messages may come from one side in a second. */
export const MAX_CONTROLS_PER_SECOND = 1000;
/** How many bytes of control messages a client may send in a second. */
export const CLIENT_CONTROL_BYTES = 4 * MAX_CONTROL_BYTES;
/** How many frames a client reads in a second. */
export const MAX_FRAMES_PER_SECOND = 20_000;
/** How long a nonce may be, in hex digits. */
export const MAX_NONCE_DIGITS = 128;
/** How many cameras a server lists; a client can name others, too. */
export const MAX_CAMERAS = 64;
/** How many bytes of control messages a server may send in a second: a full list for each camera. */
export const SERVER_CONTROL_BYTES = MAX_CAMERAS * MAX_CONTROL_BYTES;
/** How many characters of a camera's name and mode are listed, so that the whole list fits. */
export const MAX_LISTED_TEXT = 100;
/** How many controls of a camera a server lists. */
export const MAX_LISTED_CONTROLS = 128;
/** How many items of a control's menu it lists. */
export const MAX_MENU_ITEMS = 128;
/** How many controls a client may set in a second; the others are refused. */
export const MAX_SETS_PER_SECOND = 30;
/** How many clients a server accepts by default. */
export const MAX_CLIENTS = 64;

/** A finite number: JSON reads a number with too many digits as infinity, which it cannot write. */
const number = v.pipe(v.number(), v.finite());
/** A text from a stranger, which a user sees. */
const text = v.pipe(v.string(), v.transform((value) => cleanText(value)));
/**
 * A number used once, in hex. Nothing else may be signed, because the HMAC could open other
 * servers.
 */
const nonce = v.pipe(v.string(), v.regex(HEX), v.maxLength(MAX_NONCE_DIGITS));
/** Milliseconds since 1970, up to the last year that Exif can write. */
const time = v.pipe(number, v.minValue(0), v.maxValue(Date.UTC(9999, 11, 31)));

/** What a client sends. */
export const ClientMessage = v.variant("type", [
  /** Always first: the client speaks, in this version. */
  v.object({
    type: v.literal("hello"),
    version: v.number(),
    client: v.optional(text),
    /** The `id` of the camera it wants; without it, it gets the first. */
    camera: v.optional(text),
    /** The client acknowledges every frame, from the first one on. */
    acknowledges: v.optional(v.boolean()),
    /** Whether the client wants frames, as by default. */
    watch: v.optional(v.boolean()),
    /** The answer to the `challenge`. */
    hmac: v.optional(v.string()),
    /** The client's own challenge. */
    nonce: v.optional(nonce),
    /** The SHA-256 of the certificate that the client saw. */
    certificate: v.optional(v.pipe(v.string(), v.regex(HEX), v.length(64))),
  }),
  /** Asks for the time; `sent` comes back in the answer. */
  v.object({ type: v.literal("ping"), sent: number }),
  /** Starts or stops the frames. */
  v.object({ type: v.literal("watch"), on: v.boolean() }),
  /** Changes a control of the camera; `id` comes back in the answer. */
  v.object({
    type: v.literal("set"),
    control: text,
    value: v.pipe(number, v.integer()),
    id: v.optional(number),
  }),
]);
/** What a client sends. */
export type ClientMessage = v.InferOutput<typeof ClientMessage>;

/** A client's greeting. */
export type Hello = Extract<ClientMessage, { type: "hello" }>;

const camera = { name: text, mode: text };
/** All cameras, the first one first. */
const cameras = v.pipe(
  v.array(v.object({ id: v.string(), name: v.optional(text), mode: v.optional(text) })),
  v.transform((list) => list.slice(0, MAX_CAMERAS)),
);

/** A control of a camera; a newer server may know more types. */
const control = v.object({
  name: text,
  type: v.fallback(v.picklist(["integer", "boolean", "menu", "button"]), "integer"),
  min: number,
  max: number,
  step: v.pipe(number, v.minValue(1)),
  default: number,
  value: number,
  menu: v.optional(
    v.pipe(
      v.array(v.object({ value: number, text })),
      v.transform((items) => items.slice(0, MAX_MENU_ITEMS)),
    ),
  ),
  inactive: v.optional(v.literal(true)),
  readOnly: v.optional(v.literal(true)),
});

/** A control as a server lists it. */
export type ListedControl = v.InferOutput<typeof control>;

/** What a server sends. */
export const ServerMessage = v.variant("type", [
  /** Always first, where a token is needed. */
  v.object({ type: v.literal("challenge"), nonce }),
  /** The answer to `hello`. `camera` is missing until one was found. */
  v.object({
    type: v.literal("welcome"),
    version: v.number(),
    server: v.optional(text),
    /** The answer to the client's `nonce`. */
    proof: v.optional(v.string()),
    camera: v.optional(v.object(camera)),
    cameras: v.optional(cameras),
  }),
  /** All cameras again, after one has come or gone. */
  v.object({ type: v.literal("cameras"), cameras }),
  /**
   * Whether the camera gives frames: at each change, and every second while it should and does not.
   * With name and mode, if they differ from what this client got before.
   */
  v.object({
    type: v.literal("camera"),
    /** `live`, `starting`, `idle` (nobody watches) or `lost`; a newer server may know more. */
    state: v.string(),
    reason: v.optional(text),
    name: v.optional(text),
    mode: v.optional(text),
  }),
  /** What a client may change on the camera, at each change. */
  v.object({
    type: v.literal("controls"),
    controls: v.pipe(
      v.array(control),
      v.transform((list) => list.slice(0, MAX_LISTED_CONTROLS)),
    ),
  }),
  /** The answer to `set`; with `code` and `message`, nothing was changed. */
  v.object({
    type: v.literal("set"),
    control: text,
    id: v.optional(number),
    code: v.optional(v.string()),
    message: v.optional(text),
  }),
  /** The answer to `ping`; `now` is the server's time, in milliseconds since 1970. */
  v.object({ type: v.literal("pong"), sent: number, now: time }),
  /** Why the server is closing the connection. */
  v.object({
    type: v.literal("error"),
    code: v.string(),
    message: text,
    /** With the code `camera`: the cameras that there are. */
    cameras: v.optional(cameras),
  }),
]);
/** What a server sends. */
export type ServerMessage = v.InferOutput<typeof ServerMessage>;

/** A camera as a server lists it. */
export interface ListedCamera {
  /** What the server calls it. */
  id: string;
  /** The name of the device, once it is known. */
  name?: string;
  /** How its frames are made, in words. */
  mode?: string;
}

/** Why a server ends a connection. */
export type ErrorCode = "protocol" | "late" | "token" | "slow" | "full" | "camera";
