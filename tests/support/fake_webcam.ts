import { parseControls } from "../../lib/camera/v4l2_controls.ts";
import type { WebcamControls } from "../../lib/camera/webcam.ts";
import { type Control, ControlError } from "../../lib/flow/controls.ts";
import { WEBCAM } from "./control_listings.ts";

function fresh(): Map<string, Control> {
  return new Map(parseControls(WEBCAM).map((control) => [control.name, control]));
}

/**
 * The controls of a webcam, as a fake: the kernel's test driver lets everybody set what is inactive,
 * forgets nothing, and has no lens. Real webcams refuse that, and some forget.
 */
export class FakeWebcam implements WebcamControls {
  /** The calls, in order. */
  readonly calls: string[] = [];
  /** Set while it refuses everything. */
  isBroken = false;
  /** Set while it does not even tell its controls. */
  isAway = false;
  /** What it does not set anything before. */
  busy: Promise<void> = Promise.resolve();
  /** Whether something was to be set at all. */
  isAsked = false;
  #controls = fresh();

  /** As if it were plugged in again. */
  reset(): void {
    this.#controls = fresh();
  }

  list(): Promise<Control[]> {
    if (this.isAway) return Promise.reject(new ControlError("unavailable", "it is away"));
    this.calls.push("list");
    const value = (name: string) => this.valueOf(name);
    const isInactive: Record<string, boolean> = {
      white_balance_temperature: value("white_balance_automatic") === 1,
      exposure_time_absolute: value("auto_exposure") !== 1,
      focus_absolute: value("focus_automatic_continuous") === 1,
    };
    return Promise.resolve(
      [...this.#controls.values()].map(({ inactive: _, ...control }) => ({
        ...control,
        ...isInactive[control.name] && { inactive: true as const },
      })),
    );
  }

  /** How one stands. */
  valueOf(name: string): number | undefined {
    return this.#controls.get(name)?.value;
  }

  async set(_: unknown, name: string, value: number): Promise<void> {
    this.isAsked = true;
    await this.busy;
    const control = (await this.list()).find((control) => control.name === name)!;
    if (control.inactive || this.isBroken) {
      throw new ControlError("refused", `${name}: Input/output error`);
    }
    this.#controls.set(name, { ...control, value });
    this.calls.push(`${name}=${value}`);
  }

  /** The values that were set, in order. */
  get values(): string[] {
    return this.calls.filter((call) => call !== "list");
  }
}
