/**
 * Several cameras over one WebSocket, `/ws?cameras`, because browsers limit the number of
 * connections.
 *
 * The page sends JSON:
 *
 * | message                                 | meaning                                           |
 * | --------------------------------------- | ------------------------------------------------- |
 * | `{"watch":"porch","tile":3,"fps":15}`   | from now on, this camera's frames come as tile 3  |
 * | `{"leave":3}`                           | no more frames of tile 3                          |
 * | `3`                                     | a frame of tile 3 has been drawn                  |
 *
 * The endpoint sends each frame as a binary message: a byte with the number of the tile, then the JPEG.
 * When no more frames will come for a tile, it sends `{"tile":3,"reason":"..."}`. It ignores
 * messages that it does not understand.
 */

import type { Duplex } from "node:stream";
import * as v from "valibot";
import { addressKey } from "../access/address_key.ts";
import { FlightWindow } from "../flow/flight_window.ts";
import type { Channels } from "./channels.ts";
import { ALL_TAKEN, type PlaceHolder } from "./places.ts";
import { unavailableReason } from "./state.ts";
import {
  LastingResponse,
  MIN_FPS,
  type Viewer,
  type ViewerOptions,
  type ViewerRequest,
} from "./viewer.ts";
import { sendFrames, upgrade } from "./web_socket.ts";
import type { WebSocket } from "./ws.d.ts";

/** How many cameras a wall may watch at the same time. */
export const MAX_TILES = 64;

const Tile = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_TILES - 1));
const Message = v.union([
  Tile,
  v.object({ leave: Tile }),
  v.object({
    watch: v.string(),
    tile: Tile,
    fps: v.optional(v.pipe(v.number(), v.minValue(MIN_FPS)), Infinity),
  }),
]);

/** A wall's cameras and places. */
export type Wall = Pick<Channels, "channels" | "places">;

interface TileFlow {
  readonly viewer: Viewer;
  /**
   * Each tile has its own window, so that a camera with large frames does not slow down the others.
   */
  readonly window: FlightWindow;
}

const decoder = new TextDecoder();

/**
 * Frames of several cameras over one WebSocket. It has a place, and each of its tiles has one, too.
 */
export class WallResponse extends LastingResponse implements PlaceHolder {
  readonly key: string;
  readonly isTile = false;
  readonly stalledMs = 0;
  readonly #wall: Wall;
  readonly #options: Pick<ViewerOptions, "hostname" | "port" | "path">;
  readonly #tiles = new Map<number, TileFlow>();
  #connection: Duplex | undefined;

  /** Takes a place, which must be free. */
  constructor(wall: Wall, options: Pick<ViewerOptions, "hostname" | "port" | "path">) {
    super(null);
    this.key = addressKey(options.hostname);
    this.#wall = wall;
    this.#options = options;
    wall.places.take(this);
  }

  override attach(connection: Duplex): void {
    this.#connection = connection;
    connection.once("close", () => this.leave());
  }

  /** Ends the wall with its connection. */
  leave(): void {
    for (const tile of this.#tiles.keys()) this.#leave(tile);
    this.#wall.places.free(this);
    this.#connection?.destroy();
  }

  override writeTo(request: ViewerRequest, head: Buffer): Promise<void> {
    return upgrade(request, head, (socket) => {
      socket.on("message", (message) => this.#hear(socket, decoder.decode(message)));
      return new Promise((resolve) => socket.once("close", resolve));
    });
  }

  #hear(socket: WebSocket, text: string): void {
    const { success, output } = v.safeParse(Message, parse(text));
    if (!success) return;
    if (typeof output === "number") this.#tiles.get(output)?.window.acknowledged();
    else if ("leave" in output) this.#leave(output.leave);
    else this.#watch(socket, output.tile, output.watch, output.fps);
  }

  #watch(socket: WebSocket, tile: number, name: string, fps: number): void {
    this.#leave(tile);
    const tell = (reason: string) => socket.send(JSON.stringify({ tile, reason }));
    const channel = this.#wall.channels.get(name);
    if (!channel) return tell("There is no camera of this name");
    const { viewers, frames, readState } = channel;
    const viewer = viewers.join({ ...this.#options, fps, repeats: false, isTile: true });
    if (!viewer) return tell(ALL_TAKEN);
    if (frames.latest && unavailableReason(readState())) viewer.show(frames.latest);
    const flow = { viewer, window: new FlightWindow() };
    this.#tiles.set(tile, flow);
    const number = Uint8Array.of(tile);
    void sendFrames(viewer, flow.window, (bytes, done) => {
      socket.send(number, { fin: false });
      socket.send(bytes, { fin: true }, done);
    }).then(() => {
      if (this.#tiles.get(tile) !== flow) return;
      this.#leave(tile);
      tell("No more frames come");
    });
  }

  #leave(tile: number): void {
    const flow = this.#tiles.get(tile);
    this.#tiles.delete(tile);
    flow?.viewer.leave();
    flow?.window.end();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
