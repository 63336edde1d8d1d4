/**
 * A webcam on a socket, as a library: the stages that `server.ts` and `client.ts` connect.
 *
 * Every stage is a {@linkcode Feed}: it has frames, which you read with `for await`, and any stage
 * that takes a feed accepts it. A slow loop gets the newest frame, never an old one. All defaults are
 * those of the two commands. When a stage fails for good, its loop throws the reason.
 *
 * @example From a camera over a socket
 * ```ts
 * import { listen, openCamera, receive } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using server = listen(camera, { port: 0 });
 * await using remote = receive("127.0.0.1", { port: server.address.port });
 * for await (const { bytes, capturedAt } of remote) {
 *   console.log(new Date(capturedAt), bytes.length);
 *   break;
 * }
 * ```
 *
 * @example Camera and viewers in one process
 * ```ts
 * import { openCamera, serveViewers } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using viewers = await serveViewers(camera, { port: 0 });
 * console.log(`open http://localhost:${viewers.address.port}`);
 * ```
 *
 * @module
 */

export type { Credentials } from "./lib/access/basic_auth.ts";
export { CertificateError, type KeyPair } from "./lib/access/certificate.ts";
export { type LinkRefusal, Links, type Permit } from "./lib/access/links.ts";
export { ListenError } from "./lib/access/listen_error.ts";
export { CameraError, type CameraErrorCode } from "./lib/camera/camera_error.ts";
export { type FoundWebcam, listWebcams } from "./lib/camera/find_webcam.ts";
export type { CameraConstraints } from "./lib/camera/choose_mode.ts";
export {
  type Camera,
  type CameraCounts,
  type CameraOptions,
  openCamera,
  type Settle,
} from "./lib/camera/open_camera.ts";
export type { Flip, Rotation } from "./lib/camera/turn.ts";
export type { Mode, Webcam } from "./lib/camera/webcam.ts";
export { receive, type ReceiveOptions, type Receiver } from "./lib/client/receive.ts";
export {
  receiveAll,
  type ReceiveAllOptions,
  type RemoteCameras,
} from "./lib/client/receive_all.ts";
export { type RefusalCode, RefusedError } from "./lib/client/refused_error.ts";
export type { ServerAddress } from "./lib/client/server_address.ts";
export { checkFrames } from "./lib/decode/check_frames.ts";
export type { Scene } from "./lib/decode/motion.ts";
export { passFrames } from "./lib/decode/pass_frames.ts";
export type {
  CheckedFrame,
  DecodeCounts,
  DecodeMode,
  DecodeOptions,
  DecodeStage,
  DecodeStats,
  TransformStatus,
} from "./lib/decode/stage.ts";
export {
  type Transform,
  transformFrames,
  type TransformOptions,
} from "./lib/decode/transform_frames.ts";
export { type Cameras, camerasOf } from "./lib/flow/cameras.ts";
export { createFeed, type CreateFeedOptions, type OwnFeed } from "./lib/flow/create_feed.ts";
export {
  type Control,
  ControlError,
  type ControlErrorCode,
  type Controls,
  type ControlValues,
  type MenuItem,
} from "./lib/flow/controls.ts";
export type { CameraInfo, CameraStatus, ConnectionStatus, Feed, Source } from "./lib/flow/feed.ts";
export type { Hub } from "./lib/flow/hub.ts";
export type { Mailbox, Shareable } from "./lib/flow/mailbox.ts";
export type { Envelope, Frame, FrameMeta } from "./lib/frame/frame.ts";
export { JpegError, type JpegFault } from "./lib/frame/jpeg.ts";
export type { AccessHints } from "./lib/http/access.ts";
export type { EndpointOptions, ViewerServer } from "./lib/http/serve_http.ts";
export {
  type ClientEvent,
  listen,
  type Listener,
  type ListenOptions,
} from "./lib/server/listen.ts";
export type { ListedCamera } from "./lib/wire/protocol.ts";
export { serveViewers, type ServeViewersOptions } from "./lib/viewers/serve_viewers.ts";
