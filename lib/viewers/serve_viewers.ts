import { checkFrames } from "../decode/check_frames.ts";
import { decodeCameras } from "../decode/decode_cameras.ts";
import { NoticeDrawer } from "../decode/notice.ts";
import { PngEncoder } from "../decode/png.ts";
import { type DecodeStage, isDecodeStage } from "../decode/stage.ts";
import type { Cameras } from "../flow/cameras.ts";
import type { Feed } from "../flow/feed.ts";
import { Hub } from "../flow/hub.ts";
import { Channels, ONLY } from "../http/channels.ts";
import { type EndpointOptions, serveHttp, type ViewerServer } from "../http/serve_http.ts";
import { Gallery } from "./gallery.ts";
import { View } from "./view.ts";

/** Options of {@linkcode serveViewers}. */
export interface ServeViewersOptions extends EndpointOptions {
  /** The source that `/state` names if the camera is in this program; by default the endpoint. */
  readonly source?: { readonly host: string; readonly port: number };
  /** Whether viewers may change the cameras' controls; false by default. */
  readonly allowControl?: boolean;
}

/**
 * Serves a feed to browsers and other viewers over HTTP: the page, the stream, snapshots, the state.
 * Frames are checked first, unless the feed is a decoder. Several cameras are served below their
 * names, and on a wall that shows all of them.
 *
 * @example
 * ```ts
 * import { openCamera, serveViewers } from "socketcam";
 *
 * await using camera = openCamera({ device: "test" });
 * await using viewers = await serveViewers(camera, { port: 0 });
 * console.log(`open http://localhost:${viewers.address.port}`);
 * ```
 *
 * @throws {ListenError} when the address cannot be listened on.
 * @throws {TypeError} when a trusted proxy is not an address.
 * @throws {CertificateError} when certificate and key cannot be used.
 */
export async function serveViewers(
  feeds: Feed | DecodeStage | Cameras,
  options: ServeViewersOptions = {},
): Promise<ViewerServer> {
  await using stack = new AsyncDisposableStack();
  const { source, allowControl, ...httpOptions } = options;
  let here = source ?? { host: "localhost", port: 0 };
  const { onTrouble = () => {} } = options;
  const viewOptions = { here: () => here, allowControl, onTrouble };
  const png = stack.use(new PngEncoder());
  const notices = stack.use(new NoticeDrawer());
  const channels = stack.use(
    new Channels({
      encodePng: (frame, signal) => png.encode(frame, signal),
      drawNotice: (words, last) => notices.draw(words, last),
    }),
  );
  if (feeds instanceof Hub) {
    stack.use(new Gallery(stack.use(decodeCameras(feeds)), channels, viewOptions));
  } else {
    const stage = isDecodeStage(feeds) ? feeds : stack.use(checkFrames(feeds));
    channels.show(new Map([[ONLY, stack.use(new View(stage, viewOptions))]]));
  }
  const viewers = stack.use(await serveHttp(channels, httpOptions));
  const { address } = viewers;
  here = source ?? { host: address.hostname, port: address.port };
  const open = stack.move();
  return {
    address,
    get viewers() {
      return viewers.viewers;
    },
    renew: (pair) => viewers.renew(pair),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
