import type { Feed } from "./feed.ts";
import { Hub } from "./hub.ts";

/** Cameras by name, in order. They may come and go: the newest map counts. */
export type Cameras = Hub<ReadonlyMap<string, Feed>>;

/** One feed, as cameras: it is called `1`. */
export function camerasOf(feeds: Feed | Cameras): Cameras {
  if (feeds instanceof Hub) return feeds;
  const cameras: Cameras = new Hub();
  cameras.publish(new Map([["1", feeds]]));
  return cameras;
}
