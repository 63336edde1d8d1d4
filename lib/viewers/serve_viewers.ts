import { checkFrames } from "../decode/check_frames.ts";
import { NoticeDrawer } from "../decode/notice.ts";
import { PngEncoder } from "../decode/png.ts";
import { type DecodeStage, isDecodeStage } from "../decode/stage.ts";
import type { Feed } from "../flow/feed.ts";
import { type EndpointOptions, serveHttp, type ViewerServer } from "../http/serve_http.ts";
import { feedState } from "./feed_state.ts";
import { Publication } from "./publication.ts";

/** Options of {@linkcode serveViewers}. */
export interface ServeViewersOptions extends EndpointOptions {
  /** The source that `/state` names when the camera is in this program; by default the endpoint. */
  readonly source?: { readonly host: string; readonly port: number };
}

/**
 * Serves a feed to browsers and other viewers over HTTP: the page, the stream, snapshots, the state.
 * Frames are checked first, unless the feed is a decoder's already.
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
 */
export async function serveViewers(
  feed: Feed | DecodeStage,
  options: ServeViewersOptions = {},
): Promise<ViewerServer> {
  await using stack = new AsyncDisposableStack();
  const { source, ...httpOptions } = options;
  const stage = isDecodeStage(feed) ? feed : stack.use(checkFrames(feed));
  const publication = stack.use(new Publication(stage, options.onTrouble ?? (() => {})));
  const png = stack.use(new PngEncoder());
  const notices = stack.use(new NoticeDrawer());
  let here = source ?? { host: "localhost", port: 0 };
  const viewers = stack.use(
    await serveHttp(stage.frames, {
      ...httpOptions,
      readState: () => feedState(stage, here, publication.reason),
      encodePng: (frame, signal) => png.encode(frame, signal),
      drawNotice: (words, last) => notices.draw(words, last),
    }),
  );
  const { address } = viewers;
  here = source ?? { host: address.hostname, port: address.port };
  const open = stack.move();
  return {
    address,
    get viewers() {
      return viewers.viewers;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
