import { delay } from "@std/async/delay";
import {
  type Control,
  ControlError,
  type Controls,
  type ControlValues,
  valueFault,
} from "../flow/controls.ts";
import { Hub } from "../flow/hub.ts";
import { adjust, type AdjustOptions } from "./adjust.ts";
import { controlsOf } from "./controls_of.ts";
import { driver } from "./find_webcam.ts";
import type { Source } from "./source.ts";
import type { WebcamControls } from "./webcam.ts";

/** How many changes may wait for the ones before them. */
export const MAX_WAITING = 32;
/** The waits before a start's further attempts at what the camera refused, in milliseconds. */
const RETRY = { times: 3, ms: 500 };
/** A control that some cameras obey only while they give frames, and only if the value changes. */
const FOCUS = "focus_absolute";

/**
 * The controls of a camera across its starts. The camera gets the wanted values before its first
 * frame each time, because a webcam that was pulled forgets them. Later changes become wanted
 * values, too. Disposing of it waits for changes under way.
 */
export class CameraControls implements AsyncDisposable {
  /**
   * The controls, at each change. They are read while somebody subscribes, or while there are
   * wanted values.
   */
  readonly state = new Hub<Controls>((isRead) => isRead && void this.#refresh());
  readonly #wanted: Map<string, number>;
  readonly #controls: WebcamControls | undefined;
  readonly #ending = new AbortController();
  #source: Source | undefined;
  #known: readonly Control[] | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #trouble: string | undefined;
  #hasStarted = false;

  /**
   * @param wanted values for the camera at each start.
   *
   * @param controls how this machine sets controls.
   */
  constructor(wanted: ControlValues, controls: WebcamControls | undefined = driver.controls) {
    this.#controls = controls;
    this.#wanted = new Map(Object.entries(wanted));
  }

  /**
   * Sets the wanted values before the camera starts.
   *
   * @throws {ControlError} at the first start, when the camera can never be set like this.
   */
  async prepare(source: Source): Promise<void> {
    this.#source = source;
    this.#known = undefined;
    this.#trouble = undefined;
    if (this.#wanted.size === 0) return;
    const fault = await this.#inTurn(() => this.#adjust(this.#values));
    // The camera may accept once it gives frames what it refuses now.
    const isForGood = fault && fault.code !== "refused" && fault.code !== "unavailable";
    if (isForGood && !this.#hasStarted) throw fault;
    this.#hasStarted = true;
  }

  /** Sets again, now that frames come, what the camera forgot or refused. */
  async confirm(signal: AbortSignal): Promise<void> {
    if (this.#wanted.size === 0) return await this.#refresh();
    await this.#moveLens();
    for (let times = 0; times < RETRY.times && !signal.aborted; times++) {
      this.#known = undefined;
      const fault = await this.#inTurn(() => this.#adjust(this.#values, { isAgain: true }));
      this.#trouble = fault?.message;
      this.#publish(this.state.latest?.list ?? []);
      if (!fault) return;
      await delay(RETRY.ms, { signal }).catch(() => {});
    }
  }

  async #moveLens(): Promise<void> {
    const control = this.#known?.find(({ name }) => name === FOCUS);
    const value = this.#wanted.get(FOCUS);
    if (!control || value === undefined || control.inactive || valueFault(control, value)) return;
    const { max, step } = control;
    const beside = value + step <= max ? value + step : value - step;
    await this.#inTurn(() => this.#adjust({ [FOCUS]: beside }));
    await this.#inTurn(() => this.#adjust({ [FOCUS]: value }));
  }

  get #values(): ControlValues {
    return Object.fromEntries(this.#wanted);
  }

  /** Reads the controls, if somebody wants them. */
  async #refresh(): Promise<void> {
    if (!this.#source || this.state.subscribers === 0) return;
    this.#known = undefined;
    await this.#inTurn(() => this.#adjust({})).catch(() => {});
  }

  /** Changes some controls. */
  async #change(values: ControlValues): Promise<void> {
    if (this.#waiting >= MAX_WAITING) {
      throw new ControlError("too-many", "too many changes wait for the camera; try again");
    }
    const fault = await this.#inTurn(() => this.#adjust(values, { isStrict: true }));
    for (const { name, type, value, inactive } of this.#known ?? []) {
      if (type !== "button" && values[name] === value) this.#wanted.set(name, value);
      // Values that a now automatic mode controls would only be refused at the next start.
      if (inactive) this.#wanted.delete(name);
    }
    if (fault) throw fault;
  }

  /** Sets values, publishes the new state, and returns why one cannot be set. */
  async #adjust(values: ControlValues, options?: AdjustOptions): Promise<ControlError | undefined> {
    try {
      if (!this.#source?.webcam || !this.#controls) this.#publish([]);
      const { webcam, controls } = controlsOf(this.#source!, this.#controls);
      const known = this.#known;
      const { signal } = this.#ending;
      const { list, faults } = await adjust(webcam, controls, values, {
        known,
        signal,
        ...options,
      });
      this.#known = list;
      this.#publish(list);
      return faults[0];
    } catch (error) {
      if (error instanceof ControlError) return error;
      throw error;
    }
  }

  #publish(list: readonly Control[]): void {
    const trouble = this.#trouble;
    const now: Controls = {
      list,
      ...list.length > 0 && { set: (values: ControlValues) => this.#change(values) },
      ...trouble !== undefined && { trouble },
    };
    // The problem reaches every subscriber, so it is published only once.
    if (JSON.stringify(now) !== JSON.stringify(this.state.latest)) this.state.publish(now);
  }

  /**
   * Runs `work` after the work under way: two programs at one webcam would see half of each other's
   * changes.
   */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#last.then(() => {
      this.#ending.signal.throwIfAborted();
      return work();
    }).finally(() => this.#waiting--);
    this.#last = done.catch(() => {});
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new ControlError("unavailable", "the camera is closed"));
    this.state.close();
    await this.#last;
  }
}
