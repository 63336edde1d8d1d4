/**
 * Both ends of the wire on real sockets, the other end being one that sends anything.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async/deadline";
import type { Frame } from "../../lib/frame/frame.ts";
import { startsAsJpeg } from "../../lib/frame/jpeg.ts";
import { connect } from "../../lib/wire/connection.ts";
import { type ClientEvent, listen } from "../../lib/wire/listener.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import {
  decodeControl,
  ProtocolError,
  serverLimit,
  ServerMessage,
} from "../../lib/wire/protocol.ts";
import { receive, RefusedError } from "../../lib/wire/receiver.ts";
import { isGone } from "../../lib/wire/server_socket.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";
import { assertHolds, type Property } from "./property.ts";
import { clientBytes, serverBytes } from "./wire.ts";

const [picture] = await testPictures(1, "48x32");
const LOCAL = { hostname: "127.0.0.1", port: 0 };
/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Says `bytes`, and reads until a frame comes or the server hangs up; all of it must be understood. */
async function converse(port: number, bytes: Uint8Array): Promise<void> {
  using connection = await Deno.connect({ ...LOCAL, port });
  const decoder = new MessageDecoder(serverLimit);
  const buffer = new Uint8Array(65_536);
  try {
    await connection.write(bytes);
    await connection.closeWrite();
    let length: number | null;
    while ((length = await deadline(connection.read(buffer), PATIENCE_MS)) !== null) {
      for (const payload of decoder.push(buffer.subarray(0, length))) {
        if (startsAsJpeg(payload)) return;
        assert(decodeControl(payload, ServerMessage), "a message of an unknown type");
      }
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** All that a client may be ended for, as a user reads it in the log. */
const REASONS = new RegExp([
  "^a message of \\d+ bytes was announced; \\d+ is the most$",
  "^a payload starts with the byte 0x[0-9a-f]+$",
  '^a control message (is not JSON|has no type|".*" does not fit: .+)$',
  "^hello comes first$",
  "^this server (speaks version 1 of the protocol, not .+|wants a token)$",
  "^this is not the token of this server$",
  "^it left without an answer to the challenge$",
].join("|"));

/** A server of ours, that lets in who knows the token if there is one, and what becomes of its clients. */
function openDoor(camera: FakeCamera, token?: string) {
  const events: ClientEvent[] = [];
  const onClient = (event: ClientEvent) => events.push(event);
  const listener = listen(camera, { host: "127.0.0.1", port: 0, token, onClient });
  return { listener, events, port: listener.address.port };
}

function assertReasons(events: readonly ClientEvent[]): void {
  for (const { reason } of events) if (reason !== undefined) assertMatch(reason, REASONS);
}

/** A camera with a picture every 2 ms. */
function publishing(camera: FakeCamera): Disposable {
  const timer = setInterval(() => camera.frames.publish(frameOf(picture)), 2);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function checkListener(runs: number, seed: number): Promise<void> {
  const camera = new FakeCamera();
  const { listener, events, port } = openDoor(camera);
  await using _listener = listener;
  using _publishing = publishing(camera);
  await assertHolds(clientBytes, (bytes) => converse(port, bytes), runs, seed);
  assertReasons(events);
  // Whoever speaks well is still served.
  using client = await WireClient.connect(port);
  assertEquals((await client.message()).type, "frame");
}

async function checkToken(runs: number, seed: number): Promise<void> {
  const camera = new FakeCamera();
  using _ = publishing(camera);
  await assertHolds(
    clientBytes,
    async (bytes) => {
      // Another one each time: after a few wrong tokens an address is not listened to any more.
      const { listener, events, port } = openDoor(camera, "secret");
      await using _ = listener;
      await converse(port, bytes);
      assertReasons(events);
      assertEquals(events.filter(({ type }) => type !== "refused"), []);
    },
    runs,
    seed,
  );
}

/** A server that says `bytes` to whoever connects, and hangs up. */
class Liar implements AsyncDisposable {
  readonly #listener = Deno.listen(LOCAL);
  readonly #serving: Promise<void>;
  bytes: Uint8Array = new Uint8Array(0);

  constructor() {
    this.#serving = this.#serve();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      using _ = connection;
      try {
        await connection.write(this.bytes);
        await connection.closeWrite();
        // Read to the end, so that what was sent is not lost in a reset.
        const buffer = new Uint8Array(4096);
        while (await connection.read(buffer) !== null);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving.catch(() => {});
  }
}

async function checkConnect(runs: number, seed: number): Promise<void> {
  await using liar = new Liar();
  await assertHolds(
    serverBytes,
    async (bytes) => {
      liar.bytes = bytes;
      const ending = new AbortController();
      try {
        const options = {
          hostname: "127.0.0.1",
          port: liar.port,
          token: "x",
          signal: ending.signal,
        };
        for await (const event of connect(options)) if (event.type === "error") break;
      } catch (error) {
        const isKnown = error instanceof ProtocolError || error instanceof RefusedError;
        if (!isKnown && !isGone(error)) throw error;
      } finally {
        ending.abort();
      }
    },
    runs,
    seed,
  );
}

async function checkReceive(runs: number, seed: number): Promise<void> {
  await using liar = new Liar();
  await assertHolds(
    serverBytes,
    async (bytes) => {
      liar.bytes = bytes;
      const frames: Frame[] = [];
      {
        await using receiver = receive({ host: "127.0.0.1", port: liar.port, token: "x" });
        void (async () => {
          for await (const frame of receiver.frames.subscribe()) frames.push(frame);
        })();
        for await (const status of receiver.source.follow()) {
          if (status.state === "refused") break;
          if (status.state === "connecting" && status.reason !== undefined) break;
        }
      }
      for (const { bytes, capturedAt, sequence } of frames) {
        assert(startsAsJpeg(bytes));
        assert(Number.isFinite(new Date(capturedAt).getTime()), `${capturedAt} is no time`);
        assertEquals(sequence >>> 0, sequence);
      }
    },
    runs,
    seed,
  );
}

/** All of them. */
export const sockets: readonly Property[] = [
  {
    name: "listen() understands any client or hangs up, and serves others as before",
    share: 0.02,
    check: checkListener,
  },
  {
    name: "listen() lets nobody in who does not know the token, whatever is said",
    share: 0.02,
    check: checkToken,
  },
  {
    name: "connect() understands any server or says why not",
    share: 0.02,
    check: checkConnect,
  },
  {
    name: "receive() gives frames with a time and a number, whatever a server says",
    share: 0.02,
    check: checkReceive,
  },
];
