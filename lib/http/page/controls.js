/**
 * What a person can do with the picture: each by a button, and by the key that the button names.
 *
 * @module
 */

/** How long the bar stays in full screen when nothing is touched, in milliseconds. */
const IDLE_MS = 3000;

/**
 * @param {Record<string, () => void>} actions by the id of their buttons
 */
export function control(actions) {
  const buttons = Object.keys(actions).map((id) => document.getElementById(id));
  for (const button of buttons) button.onclick = () => actions[button.id]();
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // On a button, the space bar already presses that one.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    const button = buttons.find(({ ariaKeyShortcuts: key }) => key === name(event.key));
    if (!button || button.hidden || button.disabled) return;
    event.preventDefault();
    button.click();
  });
}

function name(key) {
  return key === " " ? "Space" : key.toUpperCase();
}

/** Shows that a button is down. */
export function press(id, isPressed) {
  document.getElementById(id).ariaPressed = String(isPressed);
}

/** Full screen, with a bar that goes away by itself; the button is only there where it works. */
export class FullScreen {
  #timer;

  constructor() {
    document.getElementById("full").hidden = !document.fullscreenEnabled;
    document.addEventListener("fullscreenchange", () => this.#changed());
    for (const type of ["pointermove", "pointerdown", "keydown"]) {
      addEventListener(type, () => this.#wake(), { passive: true });
    }
  }

  toggle() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  #changed() {
    press("full", document.fullscreenElement !== null);
    this.#wake();
  }

  #wake() {
    clearTimeout(this.#timer);
    delete document.body.dataset.idle;
    if (!document.fullscreenElement) return;
    this.#timer = setTimeout(() => document.body.dataset.idle = "", IDLE_MS);
  }
}

/** Hands a file to the person. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
