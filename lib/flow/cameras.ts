import { isCameraName } from "./camera_name.ts";
import type { Feed } from "./feed.ts";
import { Hub } from "./hub.ts";

/** Cameras by name, in order. They may come and go: the newest map counts. */
export type Cameras = Hub<ReadonlyMap<string, Feed>>;

/**
 * Several feeds by name, as cameras, in this order (a map keeps the order even if names are
 * numbers). A single feed is called `1`. Names have letters, digits, `.`, `-` and `_`.
 *
 * @example
 * ```ts
 * import { camerasOf, openCamera, serveViewers } from "socketcam";
 *
 * await using porch = openCamera({ device: "test" });
 * await using garden = openCamera({ device: "test", fps: 5 });
 * await using viewers = await serveViewers(camerasOf({ porch, garden }), { port: 0 });
 * console.log(`open http://localhost:${viewers.address.port}/porch/`);
 * ```
 *
 * @throws {TypeError} when a camera cannot have its name.
 */
export function camerasOf(
  feeds: Feed | Cameras | ReadonlyMap<string, Feed> | Readonly<Record<string, Feed>>,
): Cameras {
  if (feeds instanceof Hub) return feeds;
  const named = feeds instanceof Map
    ? feeds as ReadonlyMap<string, Feed>
    : new Map(isFeed(feeds) ? [["1", feeds]] : Object.entries(feeds));
  for (const name of named.keys()) {
    if (!isCameraName(name)) throw new TypeError(`A camera cannot be called "${name}"`);
  }
  const cameras: Cameras = new Hub();
  cameras.publish(named);
  return cameras;
}

function isFeed(feeds: object): feeds is Feed {
  return "frames" in feeds && feeds.frames instanceof Hub;
}
