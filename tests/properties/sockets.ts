/**
 * Properties of both ends of the wire on real sockets, against a peer that sends anything.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Frame } from "../../lib/frame/frame.ts";
import { startsAsJpeg } from "../../lib/frame/jpeg.ts";
import { connect } from "../../lib/client/connect.ts";
import { receive } from "../../lib/client/receive.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { type ClientEvent, listen } from "../../lib/server/listen.ts";
import { within } from "../../lib/time/deadline.ts";
import { decodeControl } from "../../lib/wire/codec.ts";
import { serverLimit } from "../../lib/wire/limits.ts";
import { MessageDecoder } from "../../lib/wire/message_decoder.ts";
import { ServerMessage } from "../../lib/wire/protocol.ts";
import { ProtocolError } from "../../lib/wire/protocol_error.ts";
import { isClosed } from "../../lib/server/server_socket.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";
import { assertHolds, type Property } from "./property.ts";
import { clientBytes, serverBytes } from "./wire.ts";

const [picture] = await testPictures(1, "48x32");
const LOCAL = { hostname: "127.0.0.1", port: 0 };
/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Sends `bytes` and reads valid messages until a frame comes or the server hangs up. */
async function converse(port: number, bytes: Uint8Array): Promise<void> {
  using connection = await Deno.connect({ ...LOCAL, port });
  const decoder = new MessageDecoder(serverLimit);
  const buffer = new Uint8Array(65_536);
  try {
    await connection.write(bytes);
    await connection.closeWrite();
    let length: number | null;
    while ((length = await within(connection.read(buffer), PATIENCE_MS, "no answer")) !== null) {
      for (const payload of decoder.push(buffer.subarray(0, length))) {
        if (startsAsJpeg(payload.bytes)) return;
        assert(decodeControl(payload.bytes, ServerMessage), "a message of an unknown type");
      }
    }
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
}

/** All reasons to end a client's connection, as the log shows them. */
const REASONS = new RegExp([
  "^a message of \\d+ bytes was announced; the limit is \\d+$",
  "^a payload starts with the byte 0x[0-9a-f]+$",
  '^a control message (is not JSON|has no type|".*" does not fit: .+)$',
  "^hello comes first$",
  "^this server (speaks version 1 of the protocol, not .+|needs a token)$",
  "^this is not the token of this server$",
  "^it left without an answer to the challenge$",
  "^it acknowledged more frames than it got$",
].join("|"));

/** Starts a server, with a token if there is one, and records what happens to its clients. */
function openDoor(camera: FakeCamera, token?: string) {
  const events: ClientEvent[] = [];
  const onClient = (event: ClientEvent) => events.push(event);
  const listener = listen(camera, { host: "127.0.0.1", port: 0, token, onClient });
  return { listener, events, port: listener.address.port };
}

function assertReasons(events: readonly ClientEvent[]): void {
  for (const { reason } of events) if (reason !== undefined) assertMatch(reason, REASONS);
}

/** Publishes a frame every 2 ms. */
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
  // A correct client is still served.
  using client = await WireClient.connect(port);
  assertEquals((await client.message()).type, "frame");
}

async function checkToken(runs: number, seed: number): Promise<void> {
  const camera = new FakeCamera();
  using _ = publishing(camera);
  await assertHolds(
    clientBytes,
    async (bytes) => {
      // A new server each time, since it throttles an address after a few wrong tokens.
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

/** A server that sends `bytes` to each client and hangs up. */
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
        // Closing without reading to the end would reset the connection and lose what was sent.
        const buffer = new Uint8Array(4096);
        while (await connection.read(buffer) !== null);
      } catch (error) {
        if (!isClosed(error)) throw error;
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
        if (!isKnown && !isClosed(error)) throw error;
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
        await using receiver = receive("127.0.0.1", { port: liar.port, token: "x" });
        const reading = async () => {
          for await (const frame of receiver) frames.push(frame);
        };
        // The loop throws when the receiver gives up.
        reading().catch((error) => assert(error instanceof RefusedError));
        for await (const status of receiver.connection.follow()) {
          if (status.state === "refused") break;
          if (status.state === "connecting" && status.reason !== undefined) break;
        }
      }
      for (const { bytes, capturedAt, sequence } of frames) {
        assert(startsAsJpeg(bytes));
        assert(
          Number.isFinite(new Date(capturedAt).getTime()),
          `${capturedAt} is not a valid time`,
        );
        assertEquals(sequence >>> 0, sequence);
      }
    },
    runs,
    seed,
  );
}

/** All properties of this module. */
export const sockets: readonly Property[] = [
  {
    name: "listen() sends any client valid messages or hangs up, and still serves others",
    share: 0.02,
    check: checkListener,
  },
  {
    name: "listen() accepts no client without the token, whatever it sends",
    share: 0.02,
    check: checkToken,
  },
  {
    name: "connect() yields events of any server or throws a known error",
    share: 0.02,
    check: checkConnect,
  },
  {
    name: "receive() yields frames with a valid time and number, whatever a server sends",
    share: 0.02,
    check: checkReceive,
  },
];
