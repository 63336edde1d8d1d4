import { cleanText } from "../access/clean_text.ts";
import type { Feed } from "../flow/feed.ts";
import { type ListedCamera, MAX_CAMERAS, MAX_LISTED_TEXT } from "../wire/protocol.ts";

/** Cameras as a server lists them to clients. */
export function listed(cameras: ReadonlyMap<string, Feed>): ListedCamera[] {
  return [...cameras].slice(0, MAX_CAMERAS).map(([id, { info }]) => ({
    id,
    ...info && { name: short(info.name), mode: short(info.mode) },
  }));
}

function short(text: string): string {
  return cleanText(text, MAX_LISTED_TEXT);
}
