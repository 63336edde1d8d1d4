/**
 * A webcam on a socket, as a library: the same stages that `server.ts` and `client.ts` put together.
 *
 * Every stage gives its frames through a {@linkcode Hub}; read one with `for await`. Nobody waits
 * for a slow reader: who comes late gets the newest frame.
 *
 * @example Receive pictures
 * ```ts no-run
 * import { receive } from "socketcam";
 *
 * await using receiver = receive({ host: "printer.local", port: 9999 });
 * for await (const { bytes, capturedAt } of receiver.frames.subscribe()) {
 *   console.log(new Date(capturedAt), bytes.length);
 * }
 * ```
 *
 * @module
 */

export { Hub } from "./lib/flow/hub.ts";
export { Mailbox } from "./lib/flow/mailbox.ts";
export { PeakMeter, Percentiles, RateMeter } from "./lib/flow/meter.ts";
export type { CameraInfo, CameraStatus, Frame } from "./lib/frame/frame.ts";
export type { JpegFault } from "./lib/frame/jpeg.ts";
export {
  type Camera,
  type CameraCounts,
  type CameraOptions,
  openCamera,
} from "./lib/camera/camera.ts";
export { CameraError } from "./lib/camera/camera_error.ts";
export type { Wanted } from "./lib/camera/mode.ts";
export type { SourceOptions } from "./lib/camera/source.ts";
export { ClockSync } from "./lib/wire/clock_sync.ts";
export {
  type ClientEvent,
  listen,
  type Listener,
  type ListenOptions,
} from "./lib/wire/listener.ts";
export {
  receive,
  type ReceiveOptions,
  type Receiver,
  type ReceiverCounts,
  RefusedError,
  type SourceStatus,
} from "./lib/wire/receiver.ts";
export type { Feed } from "./lib/wire/sender.ts";
export { checkFrames } from "./lib/decode/check.ts";
export { passFrames } from "./lib/decode/pass.ts";
export { NoticeDrawer } from "./lib/decode/notice.ts";
export { PngEncoder } from "./lib/decode/png.ts";
export { type Transform, transformFrames, type TransformOptions } from "./lib/decode/transform.ts";
export type { Scene } from "./lib/decode/motion.ts";
export type {
  DecodeCounts,
  DecodeMode,
  DecodeOptions,
  DecodeStage,
  TransformStatus,
} from "./lib/decode/stage.ts";
export type { Credentials } from "./lib/http/basic_auth.ts";
export type { EncodePng } from "./lib/http/handler.ts";
export type { DrawNotice } from "./lib/http/notice.ts";
export { type ServeOptions, serveViewers, type ViewerServer } from "./lib/http/serve.ts";
export type { FeedState, State } from "./lib/http/state.ts";
export type { ViewerState } from "./lib/http/viewer.ts";
