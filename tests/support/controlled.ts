/**
 * A fake camera with the controls of a fake webcam.
 *
 * @module
 */

import { CameraControls } from "../../lib/camera/camera_controls.ts";
import type { Source } from "../../lib/camera/source.ts";
import type { Controls } from "../../lib/flow/controls.ts";
import type { Hub } from "../../lib/flow/hub.ts";
import { FakeWebcam } from "./fake_webcam.ts";
import { FakeCamera } from "./frames.ts";

const NAME = "a fake webcam";
const SOURCE: Source = {
  ...{ name: NAME, mode: "", address: "/dev/video0", mayReturn: true },
  webcam: { path: "/dev/video0", name: NAME },
};

/** A camera whose frames a test makes, and whose controls can be set. */
export class ControlledCamera extends FakeCamera {
  readonly webcam = new FakeWebcam();
  readonly #controls = new CameraControls({}, this.webcam);
  readonly controls: Hub<Controls> = this.#controls.state;

  constructor() {
    super();
    // Without values that are wanted, this is done at once.
    void this.#controls.prepare(SOURCE);
  }
}
