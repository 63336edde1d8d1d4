import {
  ControlError,
  type ControlErrorCode,
  type Controls,
  type ControlValues,
  inOrder,
  unknownControl,
  valueFault,
} from "../flow/controls.ts";
import { Hub } from "../flow/hub.ts";
import { within } from "../time/deadline.ts";
import type { ClientMessage, ServerMessage } from "../wire/protocol.ts";

/** How long a server may take to change a control, in milliseconds. */
const ANSWER_MS = 10_000;

/** The controls of a server's camera, while the server lets clients change them. */
export class RemoteControls {
  /** The controls, at each change; silent while the server lets nobody change them. */
  readonly state = new Hub<Controls>();
  readonly #asked = new Map<number, PromiseWithResolvers<void>>();
  #send: ((message: ClientMessage) => void) | undefined;
  #id = 0;

  /** Called with a new connection's `send`; dispose of the result when the connection ends. */
  attach(send: (message: ClientMessage) => void): Disposable {
    this.#send = send;
    return { [Symbol.dispose]: () => this.#detach() };
  }

  #detach(): void {
    this.#send = undefined;
    for (const { reject } of this.#asked.values()) reject(lost());
    if (this.state.latest) this.state.publish({ list: [] });
  }

  /** Takes the server's list of controls. */
  take({ controls: list }: Extract<ServerMessage, { type: "controls" }>): void {
    this.state.publish({
      list,
      ...list.length > 0 && { set: (values: ControlValues) => this.#setAll(values) },
    });
  }

  /** Takes the server's answer. */
  answered({ id, code, message }: Extract<ServerMessage, { type: "set" }>): void {
    const asked = this.#asked.get(id ?? 0);
    if (code === undefined) return asked?.resolve();
    const reason = message ?? "the server does not say why";
    asked?.reject(new ControlError(code as ControlErrorCode, reason));
  }

  async #setAll(values: ControlValues): Promise<void> {
    if (!this.#send) throw lost();
    const { list } = this.state.latest!;
    // One message changes one control, so all are checked first: if one is sure to be refused,
    // nothing is changed.
    for (const [name, value] of Object.entries(values)) {
      const control = list.find((control) => control.name === name);
      const fault = control ? valueFault(control, value) : await unknownControl(name, list);
      if (fault) throw fault;
    }
    for (const [control, value] of inOrder(values)) await this.#set(control, value);
  }

  async #set(control: string, value: number): Promise<void> {
    if (!this.#send) throw lost();
    const id = ++this.#id;
    const asked = Promise.withResolvers<void>();
    this.#asked.set(id, asked);
    try {
      this.#send({ type: "set", control, value, id });
      await within(asked.promise, ANSWER_MS, "");
    } catch (error) {
      if (error instanceof ControlError) throw error;
      throw new ControlError("unavailable", "the server does not answer");
    } finally {
      this.#asked.delete(id);
    }
  }
}

function lost(): ControlError {
  return new ControlError("unavailable", "the server of the camera is not connected");
}
