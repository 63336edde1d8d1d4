import { isCameraName } from "./camera_name.ts";
import type { Feed } from "./feed.ts";
import { Hub } from "./hub.ts";

/** Cameras by name, in order. They may come and go: the newest map counts. */
export type Cameras = Hub<ReadonlyMap<string, Feed>>;

/**
 * Several feeds by name, as cameras, in this order. A single feed is called `1`. Names have letters,
 * digits, `.`, `-` and `_`.
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
export function camerasOf(feeds: Feed | Cameras | Readonly<Record<string, Feed>>): Cameras {
  if (feeds instanceof Hub) return feeds;
  const named = isFeed(feeds) ? { 1: feeds } : feeds;
  for (const name of Object.keys(named)) {
    if (!isCameraName(name)) throw new TypeError(`A camera cannot be called "${name}"`);
  }
  const cameras: Cameras = new Hub();
  cameras.publish(new Map(Object.entries(named)));
  return cameras;
}

function isFeed(feeds: Feed | Readonly<Record<string, Feed>>): feeds is Feed {
  return feeds.frames instanceof Hub;
}
