/** Which connections become clients. */

import { addressKey } from "../access/address_key.ts";
import { placeFor } from "../access/oldest_of_most.ts";
import { Throttle } from "../access/throttle.ts";
import { Outbox } from "../flow/outbox.ts";
import { LateError } from "../time/deadline.ts";
import type { ErrorCode } from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import {
  challenge,
  type Greeting,
  HandshakeError,
  isProven,
  proveTo,
  sendFarewell,
} from "./handshake.ts";
import { Incoming } from "./incoming.ts";
import { isTls, type ServerConn } from "./server_socket.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** How many refused clients may get the reason at the same time; others get none. */
export const MAX_FAREWELLS = 16;

/** A connection, with its reader and writer. */
export class Connection implements Disposable {
  readonly incoming: Incoming;
  readonly outbox: Outbox;

  constructor(readonly conn: ServerConn) {
    this.incoming = new Incoming(conn);
    this.outbox = new Outbox(conn);
  }

  /** The address that it comes from. */
  get address(): Deno.NetAddr {
    return this.conn.remoteAddr as Deno.NetAddr;
  }

  [Symbol.dispose](): void {
    this.incoming[Symbol.dispose]();
    this.outbox[Symbol.dispose]();
  }
}

/** A client with a place, and how to close it. */
interface Place {
  readonly key: string;
  readonly evict: () => void;
}

/** Admits clients; each takes a place. */
export class Door {
  readonly #token: string | undefined;
  readonly #maxClients: number;
  readonly #waitingRoom = new WaitingRoom();
  readonly #throttle = new Throttle();
  readonly #places = new Map<Connection, Place>();
  #farewells = 0;

  /** @param token the secret of clients; without one, every client is admitted. */
  constructor(token: string | undefined, maxClients: number) {
    this.#token = token;
    this.#maxClients = maxClients;
  }

  /** How many clients have a place. */
  get clients(): number {
    return this.#places.size;
  }

  /**
   * Admits a client; returns its greeting, if it had to send one first. Call {@linkcode leave}
   * later.
   *
   * @param evict closes the client if another address needs its place.
   * @throws {HandshakeError} when it is refused.
   * @throws {LateError} when it takes too long.
   */
  async enter(
    connection: Connection,
    evict: () => void,
    signal: AbortSignal,
  ): Promise<Greeting | undefined> {
    const { address: { hostname } } = connection;
    const place = { key: addressKey(hostname), evict };
    this.#findRoom(place);
    const greeting = await this.#shakeHands(connection, signal);
    // Others were admitted since; there must be no `await` between finding room and taking it.
    this.#findRoom(place)?.evict();
    this.#places.set(connection, place);
    return greeting;
  }

  /** Frees a client's place. */
  leave(connection: Connection): void {
    this.#places.delete(connection);
  }

  /**
   * The client that must make room, the oldest of the address that has the most; undefined if there
   * is room.
   */
  #findRoom({ key }: Place): Place | undefined {
    if (this.#places.size < this.#maxClients) return undefined;
    const place = placeFor(key, [...this.#places.values()]);
    if (place) return place;
    throw new HandshakeError("full", `this server has its ${this.#maxClients} clients already`);
  }

  async #shakeHands(
    { conn, address: { hostname }, incoming, outbox }: Connection,
    signal: AbortSignal,
  ): Promise<Greeting | undefined> {
    const token = this.#token;
    if (token === undefined && !isTls(conn)) return undefined;
    const handshake = async () => {
      if (isTls(conn)) await conn.handshake();
      return token === undefined ? undefined : await challenge(incoming, outbox);
    };
    const answer = await this.#waitingRoom.wait(hostname, handshake());
    if (token === undefined || !answer) return undefined;
    const { hello, nonce } = answer;
    const certificate = isTls(conn) ? await conn.fingerprint : undefined;
    const isRight = () => isProven(token, nonce, hello, certificate);
    switch (await this.#throttle.judge(hostname, isRight, signal)) {
      case "right":
        return await proveTo(token, nonce, hello, certificate);
      case "wrong":
        if (certificate && hello.certificate && hello.certificate !== certificate) {
          throw new HandshakeError("token", "the certificate that you see is not this server's");
        }
        throw new HandshakeError("token", "this is not the token of this server");
      case "slow":
        throw new HandshakeError("slow", "too many wrong tokens came from this address; try later");
    }
  }

  /**
   * Tells a client why its connection ends, if the error is about it. It is limited in time and
   * number, so that refusing costs little.
   *
   * @param isClient whether it was admitted.
   */
  async turnAway(connection: Connection, error: unknown, isClient: boolean): Promise<void> {
    const code = errorCode(error);
    if (!code || this.#farewells >= MAX_FAREWELLS) return;
    const { conn, address, incoming, outbox } = connection;
    this.#farewells++;
    try {
      // A client that never speaks expects only frames. So without a token, wait for its first
      // message.
      const mayBeSilent = this.#token === undefined && !isClient && code === "full";
      if (mayBeSilent) await this.#waitingRoom.wait(address.hostname, incoming.next());
      const { message, cameras } = error as Partial<HandshakeError> & Error;
      await sendFarewell(conn, outbox, { code, message, ...cameras && { cameras: [...cameras] } });
    } catch {
      // The client is gone already.
    } finally {
      this.#farewells--;
    }
  }
}

function errorCode(error: unknown): ErrorCode | undefined {
  if (error instanceof HandshakeError) return error.code;
  if (error instanceof ProtocolError) return "protocol";
  if (error instanceof LateError) return "late";
}
