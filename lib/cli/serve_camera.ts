/**
 * Viewers at the camera's own machine, without a client in between.
 *
 * @module
 */

import type { Camera } from "../camera/camera.ts";
import { checkFrames } from "../decode/check.ts";
import { NoticeDrawer } from "../decode/notice.ts";
import { PngEncoder } from "../decode/png.ts";
import { serveViewers, type ViewerServer } from "../http/serve.ts";
import type { readServerOptions } from "./server_options.ts";
import { serverState } from "./server_state.ts";

/** What of the server's options is about viewers. */
export type CameraServeOptions = Pick<
  ReturnType<typeof readServerOptions>,
  "host" | "token" | "cert" | "key" | "allowHost" | "allowOrigin"
>;

/**
 * Serves the camera's frames over HTTP, checked as a client checks them. Where the socket has a
 * token it is the viewers' password, with any name: there is no second way in.
 *
 * @param socket where the socket listens, which is the source that `/state` names.
 */
export async function serveCamera(
  camera: Camera,
  socket: Deno.NetAddr,
  { host, token, cert, key, allowHost, allowOrigin, httpPort, onTrouble }: CameraServeOptions & {
    readonly httpPort: number;
    readonly onTrouble: (words: string) => void;
  },
): Promise<ViewerServer> {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(checkFrames(camera.frames));
  const png = stack.use(new PngEncoder());
  const notices = stack.use(new NoticeDrawer());
  const viewers = stack.use(
    await serveViewers(stage.frames, {
      host,
      port: httpPort,
      readState: () => serverState(socket, camera, stage),
      credentials: token === undefined ? undefined : { password: token },
      cert,
      key,
      allowHosts: allowHost,
      allowOrigins: allowOrigin,
      encodePng: (frame) => png.encode(frame),
      drawNotice: (words, last) => notices.draw(words, last),
      onTrouble,
    }),
  );
  const open = stack.move();
  return { address: viewers.address, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
