import { oldestOfMost } from "../access/oldest_of_most.ts";
import { Connection, type Respond, type Socket } from "./connection.ts";
import { KEEP_ALIVE_MS } from "./exchange.ts";
import { text } from "./reply.ts";
import { MAX_VIEWERS } from "./places.ts";

/** How many connections there may be at the same time: all viewers, and other requests. */
export const MAX_CONNECTIONS = MAX_VIEWERS + 200;
/** How many of them may stay for longer than {@linkcode GRACE_MS} without watching. */
export const MAX_GUESTS = 400;
/** How long a connection is safe from that, in milliseconds: many may come at once. */
export const GRACE_MS = 1000;
/** How long a request may take to arrive, in milliseconds. */
export const REQUEST_MS = 10_000;
/** How many bytes of answers, in all, may wait for somebody to read them. */
export const MAX_UNREAD_BYTES = 64 * 2 ** 20;
/** How often to look which connections have stayed too long, in milliseconds. */
const ROUND_MS = 500;

/**
 * All connections of the endpoint. They share its places and its memory: if there is not enough,
 * the address that has the most loses one. Disposing of it ends them.
 */
export class Connections implements Disposable {
  readonly #respond: Respond;
  /** By address and port; the longest waiting come first. */
  readonly #all = new Map<string, Connection>();
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  /** Creates it without any. @param respond answers their requests. */
  constructor(respond: Respond) {
    this.#respond = respond;
    this.#timer = setInterval(() => this.#dismiss(), ROUND_MS);
  }

  /** Admits a connection, at the cost of another one if there is no place. */
  add(socket: Socket, { isPlain }: { readonly isPlain: boolean }): void {
    const name = nameOf(socket);
    if (this.#closed || name === undefined) return void socket.destroy();
    const connection: Connection = new Connection(socket, {
      respond: this.#respond,
      onAnswer: () => this.#limitUnread(),
      onAnswered: () => {
        // Moved to the end.
        if (this.#forget(name, connection)) this.#all.set(name, connection);
      },
    });
    this.#all.set(name, connection);
    socket.once("close", () => this.#forget(name, connection));
    if (this.#all.size > MAX_CONNECTIONS) this.#evict(oldestOfMost(this.#guests()));
    if (isPlain) connection.read();
  }

  /** Reads from a connection after its TLS handshake. */
  secure(socket: Socket): void {
    const connection = this.#all.get(nameOf(socket) ?? "");
    if (connection) connection.read(socket);
    else socket.destroy();
  }

  #limitUnread(): void {
    const debtors = [...this.#all.values()].filter(({ unread }) => unread > 0);
    let over = debt(debtors) - MAX_UNREAD_BYTES;
    while (over > 0 && debtors.length > 0) {
      const groups = [...Map.groupBy(debtors, ({ key }) => key).values()];
      const [oldest] = groups.reduce((most, group) => debt(group) > debt(most) ? group : most);
      debtors.splice(debtors.indexOf(oldest), 1);
      over -= oldest.unread;
      this.#evict(oldest);
    }
  }

  /** The connections that do not watch. */
  #guests(): Connection[] {
    return [...this.#all.values()].filter(({ isViewer }) => !isViewer);
  }

  #dismiss(): void {
    const now = performance.now();
    const guests = this.#guests();
    for (const guest of guests) {
      if (guest.isAnswering) continue;
      // A client learns how long it may keep the connection, and gets a little more time.
      const limitMs = guest.isSpare ? KEEP_ALIVE_MS + GRACE_MS : REQUEST_MS;
      if (now - guest.since > limitMs) guest.expire(late());
    }
    const slow = new Set(guests.filter(({ since }) => now - since > GRACE_MS));
    for (let extra = guests.length - MAX_GUESTS; extra > 0 && slow.size > 0; extra--) {
      const guest = oldestOfMost(slow)!;
      slow.delete(guest);
      this.#evict(guest);
    }
  }

  #evict(connection: Connection | undefined): void {
    if (!connection) return;
    this.#forget(`${connection.hostname} ${connection.port}`, connection);
    connection.end();
  }

  #forget(name: string, connection: Connection): boolean {
    return this.#all.get(name) === connection && this.#all.delete(name);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const connection of this.#all.values()) connection.end();
  }
}

function late(): Response {
  return text(408, `The request did not arrive within ${REQUEST_MS / 1000} s`);
}

function debt(connections: readonly Connection[]): number {
  return connections.reduce((sum, { unread }) => sum + unread, 0);
}

function nameOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress && `${remoteAddress} ${remotePort}`;
}
