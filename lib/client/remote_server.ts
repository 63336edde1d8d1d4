import { isCameraName } from "../flow/camera_name.ts";
import type { ListedCamera } from "../wire/protocol.ts";
import { type ReceiveOptions, ReconnectingReceiver } from "./receive.ts";
import type { ServerAddress } from "./server_address.ts";

/** What a server and its cameras are to somebody who wants several. */
export interface RemoteServerOptions extends ReceiveOptions {
  /** Whether a camera is wanted, by what the server calls it. */
  readonly isWanted: (id: string) => boolean;
  /** Whether to try again even if the server refuses at first. */
  readonly isPatient: boolean;
  /** Hears that the cameras have changed. */
  readonly onChange: () => void;
  /** Hears that a camera has ended for good, and why. */
  readonly onEnd: (reason: unknown) => void;
}

/** A server, with a connection for each of its cameras that are wanted. */
export class RemoteServer implements AsyncDisposable {
  readonly #options: RemoteServerOptions;
  readonly #receivers = new Set<ReconnectingReceiver>();
  /** The connection that names no camera, and learns which there are. */
  #scout: ReconnectingReceiver | undefined;
  readonly #closing = new Set<Promise<void>>();
  #listed: readonly string[] | undefined;
  #cameras: ReadonlyMap<string, ReconnectingReceiver>;

  constructor(readonly address: Required<ServerAddress>, options: RemoteServerOptions) {
    this.#options = options;
    this.#cameras = new Map([["1", this.#scouting()]]);
  }

  /** What its cameras are called; undefined until that is known. */
  get listed(): readonly string[] | undefined {
    return this.#listed;
  }

  /** Its cameras that are wanted. Until they are known, and while there is none, one stands for it. */
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
    const receiver = new ReconnectingReceiver(host, options, isPatient || camera !== undefined);
    this.#receivers.add(receiver);
    // Its frames are wanted once somebody subscribes to them.
    receiver.frames.defer();
    receiver.frames.ended.catch(onEnd);
    void this.#follow(receiver);
    return receiver;
  }

  async #follow(receiver: ReconnectingReceiver): Promise<void> {
    for await (const cameras of receiver.cameras.follow()) {
      if (this.#receivers.has(receiver)) this.#take(cameras);
    }
  }

  /** Opens what is new, and closes what is gone. */
  #take(cameras: readonly ListedCamera[]): void {
    this.#listed = [...new Set(cameras.map(({ id }) => id).filter(isCameraName))];
    const ids = this.#listed.filter(this.#options.isWanted);
    const open = new Map(
      [...this.#receivers].toReversed().map((receiver) => [receiver.camera, receiver]),
    );
    const kept = new Map(ids.map((id) => [id, open.get(id) ?? this.#open(id)]));
    const standIn = kept.size === 0 ? this.#scouting() : undefined;
    for (const receiver of this.#receivers) {
      if (receiver !== standIn && kept.get(receiver.camera!) !== receiver) this.#close(receiver);
    }
    this.#cameras = standIn && this.#listed.length === 0 ? new Map([["1", standIn]]) : kept;
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
    for (const receiver of this.#receivers) this.#close(receiver);
    await Promise.all(this.#closing);
  }
}
