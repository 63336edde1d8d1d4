import { cleanText } from "../access/clean_text.ts";
import type { Control } from "../flow/controls.ts";
import {
  type ListedControl,
  MAX_CONTROL_BYTES,
  MAX_LISTED_CONTROLS,
  MAX_LISTED_TEXT,
  MAX_MENU_ITEMS,
} from "../wire/protocol.ts";

/** The bytes of a message besides its list. */
const ENVELOPE_BYTES = 64;

/** Controls as a server lists them to clients: as many as fit into a message. */
export function listedControls(controls: readonly Control[]): ListedControl[] {
  const encoder = new TextEncoder();
  let room = MAX_CONTROL_BYTES - ENVELOPE_BYTES;
  return controls.slice(0, MAX_LISTED_CONTROLS).map(shortened).filter((control) => {
    room -= encoder.encode(JSON.stringify(control)).length + 1;
    return room >= 0;
  });
}

function shortened({ menu, ...control }: Control): ListedControl {
  const items = menu?.slice(0, MAX_MENU_ITEMS)
    .map(({ value, text }) => ({ value, text: cleanText(text, MAX_LISTED_TEXT) }));
  return { ...control, ...items && { menu: items } };
}
