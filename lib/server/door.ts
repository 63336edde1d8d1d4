/** Which connections become clients. */

import { Throttle } from "../access/throttle.ts";
import { Outbox } from "../flow/outbox.ts";
import { LateError } from "../time/deadline.ts";
import type { ErrorCode, Hello } from "../wire/protocol.ts";
import { ProtocolError } from "../wire/protocol_error.ts";
import { challenge, HandshakeError, sendFarewell } from "./handshake.ts";
import { Incoming } from "./incoming.ts";
import { isTls, type ServerConn } from "./server_socket.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** How many clients may be told at the same time why they are refused; others hear nothing. */
export const MAX_FAREWELLS = 16;

/** A connection, and what reads and writes it. */
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

/** Lets clients in, one place each. */
export class Door {
  readonly #token: string | undefined;
  readonly #maxClients: number;
  readonly #waitingRoom = new WaitingRoom();
  readonly #throttle = new Throttle();
  #clients = 0;
  #farewells = 0;

  /** @param token what a client must know; without one, everybody may come in. */
  constructor(token: string | undefined, maxClients: number) {
    this.#token = token;
    this.#maxClients = maxClients;
  }

  /** How many clients are in. */
  get clients(): number {
    return this.#clients;
  }

  /**
   * Lets a client in; returns its greeting, if it had to greet for that. Call {@linkcode leave} later.
   *
   * @throws {HandshakeError} when it is refused.
   * @throws {LateError} when it takes too long.
   */
  async enter({ conn, address, incoming, outbox }: Connection): Promise<Hello | undefined> {
    this.#checkRoom();
    this.#checkThrottle(address.hostname);
    if (!isTls(conn)) {
      conn.setNoDelay();
      // After hours, this finds silent clients that are gone while nothing is sent to them.
      conn.setKeepAlive();
    }
    const token = this.#token;
    if (token === undefined && !isTls(conn)) {
      this.#clients++;
      return undefined;
    }
    const handshake = async () => {
      if (isTls(conn)) await conn.handshake();
      return token === undefined ? undefined : await challenge(token, incoming, outbox);
    };
    try {
      const hello = await this.#waitingRoom.wait(handshake());
      if (token !== undefined) this.#throttle.succeeded(address.hostname);
      // Others have come in since; checking and counting must not be interrupted.
      this.#checkRoom();
      this.#clients++;
      return hello;
    } catch (error) {
      if (error instanceof HandshakeError && error.code === "token") {
        this.#throttle.failed(address.hostname);
      }
      throw error;
    }
  }

  /** Frees a client's place. */
  leave(): void {
    this.#clients--;
  }

  #checkRoom(): void {
    if (this.#clients < this.#maxClients) return;
    throw new HandshakeError("full", `this server has its ${this.#maxClients} clients already`);
  }

  #checkThrottle(address: string): void {
    const waitMs = this.#throttle.waitMs(address);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new HandshakeError(
      "slow",
      `too many wrong tokens came from this address; try again in ${seconds} s`,
    );
  }

  /**
   * Tells a client why its connection ends, if the error is about it. Bounded in time and number, so
   * that refusing costs little.
   *
   * @param isClient whether it had come in.
   */
  async turnAway(connection: Connection, error: unknown, isClient: boolean): Promise<void> {
    const code = errorCode(error);
    if (!code || this.#farewells >= MAX_FAREWELLS) return;
    const { conn, incoming, outbox } = connection;
    this.#farewells++;
    try {
      // A client that never speaks expects frames and nothing else; where no token is needed, wait
      // for its first word.
      const mayBeSilent = this.#token === undefined && !isClient && code === "full";
      if (mayBeSilent) await this.#waitingRoom.wait(incoming.next());
      await sendFarewell(conn, outbox, code, (error as Error).message);
    } catch {
      // Nobody was there to hear it.
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
