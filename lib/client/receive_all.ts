import type { Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { onAbort } from "../time/on_abort.ts";
import { DEFAULT_PORT } from "../wire/protocol.ts";
import { CameraNames } from "./camera_names.ts";
import type { ReceiveOptions, Receiver } from "./receive.ts";
import { RefusedError } from "./refused_error.ts";
import { RemoteServer } from "./remote_server.ts";
import type { ServerAddress } from "./server_address.ts";

/** Options of {@linkcode receiveAll}; port and credentials are for every server. */
export interface ReceiveAllOptions extends Omit<ReceiveOptions, "camera"> {
  /** The names of the wanted cameras; all by default. */
  readonly cameras?: readonly string[];
  /** Called with the wanted names that no server has. */
  readonly onTrouble?: (reason: string) => void;
}

/** All cameras of some servers, by name. Disposing of it closes the connections. */
export type RemoteCameras = Hub<ReadonlyMap<string, Receiver>> & AsyncDisposable;

/**
 * Receives all cameras of several servers, over one connection for each camera. Cameras that come
 * later are added, and those that go are removed. A server that cannot be reached yet is one
 * camera, `1`, whose state says why; the others are not affected. If two cameras have the same
 * name, each gets its server's name in front, `printer.local-porch`, with the port if two servers
 * run on one host. So do cameras without a name, if there are several servers.
 *
 * With a single server, it ends with a {@linkcode RefusedError} as `receive` does; with several, it
 * tries again. It also ends this way when no server has any of the wanted cameras.
 *
 * @example
 * ```ts
 * import { camerasOf, createFeed, listen, receiveAll, serveViewers } from "socketcam";
 *
 * using porch = createFeed({ name: "a webcam" });
 * using garden = createFeed({ name: "another" });
 * await using server = listen(camerasOf({ porch, garden }), { port: 0 });
 * const { port } = server.address;
 * await using cameras = receiveAll(["127.0.0.1"], { port, cameras: ["garden"] });
 * await using viewers = await serveViewers(cameras, { port: 0 });
 * console.log(`open http://localhost:${viewers.address.port}`);
 * ```
 */
export function receiveAll(
  servers: readonly (string | ServerAddress)[],
  options: ReceiveAllOptions = {},
): RemoteCameras {
  const { port = DEFAULT_PORT } = options;
  const addresses = new Map(servers.map((server) => {
    const address: ServerAddress = typeof server === "string" ? { host: server } : server;
    const known = { host: address.host, port: address.port ?? port };
    return [`${known.host}:${known.port}`, known] as const;
  }));
  return new CamerasOfServers([...addresses.values()], options);
}

class CamerasOfServers extends Hub<ReadonlyMap<string, Receiver>> implements AsyncDisposable {
  readonly #names: CameraNames;
  readonly #servers: readonly RemoteServer[];
  readonly #wanted: readonly string[] | undefined;
  readonly #onTrouble: (reason: string) => void;
  readonly #abort: Disposable;
  #isReported = false;

  constructor(addresses: readonly Required<ServerAddress>[], options: ReceiveAllOptions) {
    super();
    this.ended.catch(() => {});
    const { cameras: wanted, onTrouble = () => {}, ...others } = options;
    this.#wanted = wanted;
    this.#onTrouble = onTrouble;
    this.#abort = onAbort(options.signal, (reason) => this.close(reason));
    this.#names = new CameraNames(addresses);
    this.#servers = addresses.map((server) =>
      new RemoteServer(server, {
        ...others,
        isWanted: (id) =>
          !wanted || this.#callings(server, id).some((name) => wanted.includes(name)),
        isPatient: addresses.length > 1,
        onChange: () => this.#update(),
        onEnd: (reason) => this.close(reason),
      })
    );
    this.#update();
  }

  /** The names by which a camera can be wanted. */
  #callings(server: Required<ServerAddress>, id: string): readonly string[] {
    return [id, this.#names.long({ server, id })];
  }

  #update(): void {
    const cameras = this.#servers.flatMap(({ address: server, cameras }) =>
      [...cameras].map(([id, receiver]) => ({ server, id, receiver }))
    );
    const names = this.#names.of(cameras);
    const now = new Map(names.map((name, i) => [name, cameras[i].receiver]));
    if (!isSame(now, this.latest)) this.publish(now);
    this.#findMissing();
  }

  /** Reports, once, the wanted cameras that no server has; ends if none has any. */
  #findMissing(): void {
    if (!this.#wanted || this.#isReported) return;
    const known = this.#servers.flatMap(({ address: server, listed = [] }) =>
      listed.map((id) => ({ server, id }))
    );
    const isUnknown = this.#servers.some(({ listed }) => listed === undefined);
    if (isUnknown || known.length === 0) return;
    this.#isReported = true;
    const all = known.flatMap(({ server, id }) => this.#callings(server, id));
    const missing = this.#wanted.filter((name) => !all.includes(name));
    if (missing.length === 0) return;
    const are = known.length > 1 ? "are" : "is";
    const reason = `there is no camera "${missing.join(", ")}"; there ${are} ${
      this.#names.of(known).join(", ")
    }`;
    if (missing.length < this.#wanted.length) return this.#onTrouble(reason);
    const at = this.#servers.map(({ address: { host, port } }) => `${host}:${port}`).join(", ");
    this.close(new RefusedError("no-camera", `${at}: ${reason}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort[Symbol.dispose]();
    this.close();
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

function isSame(
  now: ReadonlyMap<string, Feed>,
  before: ReadonlyMap<string, Feed> | undefined,
): boolean {
  if (now.size !== before?.size) return false;
  const old = [...before];
  return [...now].every(([name, feed], i) => old[i][0] === name && old[i][1] === feed);
}
