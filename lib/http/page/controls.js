/** How long the bar stays in full screen without any input, in milliseconds. */
const IDLE_MS = 3000;

/**
 * Connects actions with their buttons, and with the keys that the buttons name.
 *
 * @param {Record<string, () => void>} actions by the id of their button
 */
export function control(actions) {
  const buttons = Object.keys(actions).map((id) => document.getElementById(id));
  for (const button of buttons) button.onclick = () => actions[button.id]();
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    // Where something is chosen or typed, keys have a meaning of their own.
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      return;
    }
    // On a focused button, the space bar presses that button.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    const key = event.key === " " ? "Space" : event.key.toUpperCase();
    const button = buttons.find(({ ariaKeyShortcuts }) => ariaKeyShortcuts === key);
    if (!button || button.hidden || button.disabled) return;
    event.preventDefault();
    button.click();
  });
}

/** Shows whether a button is pressed. */
export function press(id, isPressed) {
  document.getElementById(id).ariaPressed = String(isPressed);
}

/** Full screen, with a bar that hides itself. Without support for it, the button is hidden. */
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

/** Saves a file on the person's machine. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // By then, the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
