import { delay } from "@std/async/delay";
import { isCameraName } from "../flow/camera_name.ts";
import { Mailbox } from "../flow/mailbox.ts";
import { Backoff } from "../time/backoff.ts";
import type { ListedCamera } from "../wire/protocol.ts";
import { type ReceiveOptions, ReconnectingReceiver } from "./receive.ts";
import type { ServerAddress } from "./server_address.ts";
import { ServerLimits } from "./server_limits.ts";

/**
 * How long a server's next list of cameras waits after another, in milliseconds: each may take 64
 * connections, and a server could send new names all the time.
 */
const LIST_MS = { min: 250, max: 30_000 };
/** After how long without another list the next one no longer waits, in milliseconds. */
const CALM_MS = 60_000;

/** How several servers and their cameras are used together. */
export interface RemoteServerOptions extends ReceiveOptions {
  /** Whether a camera is wanted, by its name at the server. */
  readonly isWanted: (id: string) => boolean;
  /** Whether to try again even if the server refuses at first. */
  readonly isPatient: boolean;
  /** Called when the cameras have changed. */
  readonly onChange: () => void;
  /** Called when a camera has ended for good, with the reason. */
  readonly onEnd: (reason: unknown) => void;
}

/** A server, with a connection for each of its wanted cameras. */
export class RemoteServer implements AsyncDisposable {
  readonly #options: RemoteServerOptions;
  readonly #limits = new ServerLimits();
  readonly #receivers = new Set<ReconnectingReceiver>();
  /** The connection that names no camera, and learns which cameras there are. */
  #scout: ReconnectingReceiver | undefined;
  readonly #closing = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  /** Waiting lists, of which the newest counts. */
  readonly #lists = new Mailbox<readonly string[]>();
  #listed: readonly string[] | undefined;
  #cameras: ReadonlyMap<string, ReconnectingReceiver>;

  constructor(readonly address: Required<ServerAddress>, options: RemoteServerOptions) {
    this.#options = options;
    this.#cameras = new Map([["1", this.#scouting()]]);
    void this.#takeAll(this.#ending.signal);
  }

  /** The names of its cameras; undefined until known. */
  get listed(): readonly string[] | undefined {
    return this.#listed;
  }

  /**
   * Its wanted cameras. Until they are known, and while there are none, one camera stands for the
   * server.
   */
  get cameras(): ReadonlyMap<string, ReconnectingReceiver> {
    return this.#cameras;
  }

  #scouting(): ReconnectingReceiver {
    return this.#scout ??= this.#open();
  }

  #open(camera?: string): ReconnectingReceiver {
    const { isPatient, onEnd, isWanted: _, onChange: __, ...others } = this.#options;
    const { host, port } = this.address;
    const options = { ...others, port, ...camera !== undefined && { camera } };
    const isTried = isPatient || camera !== undefined;
    const receiver = new ReconnectingReceiver(host, options, isTried, this.#limits);
    this.#receivers.add(receiver);
    // Its frames are wanted once somebody subscribes to them.
    receiver.frames.defer();
    receiver.frames.ended.catch(onEnd);
    void this.#follow(receiver);
    return receiver;
  }

  async #follow(receiver: ReconnectingReceiver): Promise<void> {
    for await (const cameras of receiver.cameras.follow()) {
      if (this.#receivers.has(receiver)) this.#lists.put(namesOf(cameras));
    }
  }

  /** Takes the first list at once, and further ones less and less often. */
  async #takeAll(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(LIST_MS);
    let takenAt = -Infinity;
    for await (const list of this.#lists) {
      if (isSame(list, this.#listed)) continue;
      if (performance.now() > takenAt + CALM_MS) backoff.reset();
      takenAt = performance.now();
      this.#take(list);
      await delay(backoff.next(), { signal }).catch(() => {});
    }
  }

  /** Opens new cameras, and closes those that are gone. */
  #take(list: readonly string[]): void {
    this.#listed = list;
    const ids = list.filter(this.#options.isWanted);
    const open = new Map(
      [...this.#receivers].toReversed().map((receiver) => [receiver.camera, receiver]),
    );
    const kept = new Map(ids.map((id) => [id, open.get(id) ?? this.#open(id)]));
    const standIn = kept.size === 0 ? this.#scouting() : undefined;
    for (const receiver of this.#receivers) {
      if (receiver !== standIn && kept.get(receiver.camera!) !== receiver) this.#close(receiver);
    }
    this.#cameras = standIn && list.length === 0 ? new Map([["1", standIn]]) : kept;
    this.#options.onChange();
  }

  #close(receiver: ReconnectingReceiver): void {
    this.#receivers.delete(receiver);
    if (receiver === this.#scout) this.#scout = undefined;
    const closing: Promise<void> = receiver[Symbol.asyncDispose]()
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lists.return();
    this.#ending.abort();
    for (const receiver of this.#receivers) this.#close(receiver);
    await Promise.all(this.#closing);
  }
}

function namesOf(cameras: readonly ListedCamera[]): readonly string[] {
  return [...new Set(cameras.map(({ id }) => id).filter(isCameraName))];
}

function isSame(now: readonly string[], before: readonly string[] | undefined): boolean {
  return now.length === before?.length && now.every((name, i) => name === before[i]);
}
