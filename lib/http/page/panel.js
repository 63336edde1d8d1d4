import { address } from "./address.js";
import { row, setRow } from "./panel_row.js";

/** How long an answer may take, in milliseconds. */
const ANSWER_MS = 10_000;

/**
 * The panel with the camera's controls. While a slider is dragged, one change is under way, and of
 * those behind it the newest is sent next.
 */
export class Panel {
  #panel = document.getElementById("panel");
  #button = document.getElementById("adjust");
  #rows = document.getElementById("rows");
  #problem = document.getElementById("problem");
  #list = [];
  /** What `/state` said last of the controls: another number after each change. */
  #version = null;
  #shown = null;
  /** Values by name: those to send, and those under way. */
  #waiting = {};
  #sent = {};
  #isSending = false;

  constructor() {
    document.getElementById("reset").onclick = () => this.#resetAll();
    document.getElementById("shut").onclick = () => this.toggle();
    this.#panel.addEventListener("keydown", ({ key }) => key === "Escape" && this.toggle());
  }

  /** Opens or closes it. */
  toggle() {
    const isOpen = this.#panel.hidden;
    this.#panel.hidden = !isOpen;
    this.#button.ariaExpanded = String(isOpen);
    if (!isOpen) return this.#button.focus();
    this.#shown = null;
    this.#say("");
    void this.#refresh().then(() => this.#panel.querySelector("#rows :enabled")?.focus());
  }

  /** Takes what `/state` says of the controls; null if this viewer may not change them. */
  update(version) {
    this.#version = version;
    this.#button.hidden = version === null;
    if (version === null && !this.#panel.hidden) this.toggle();
    if (!this.#panel.hidden && version !== this.#shown) void this.#refresh();
  }

  async #refresh() {
    this.#shown = this.#version;
    try {
      const response = await fetch(address("controls"), { signal: AbortSignal.timeout(ANSWER_MS) });
      if (response.ok) this.#show(await response.json());
    } catch {
      // The page says what is wrong, and asks again.
      this.#shown = null;
    }
  }

  #show(list) {
    const names = list.map(({ name, type }) => `${name} ${type}`).join();
    if (names !== this.#list.map(({ name, type }) => `${name} ${type}`).join()) {
      this.#rows.replaceChildren(
        ...list.map((control) => row(control, (value) => this.#set({ [control.name]: value }))),
      );
    }
    this.#list = list;
    for (const [i, control] of list.entries()) {
      const { name } = control;
      // What the person is changing stays under the finger.
      if (!(name in this.#waiting) && !(name in this.#sent)) {
        setRow(this.#rows.children[i], control);
      }
    }
  }

  #resetAll() {
    const changed = this.#list.filter((control) =>
      !control.readOnly && control.type !== "button" && control.value !== control.default
    );
    // What is inactive now may become active with the others, or else cannot be set.
    const values = changed.filter(({ inactive }) => !inactive).map((
      one,
    ) => [one.name, one.default]);
    this.#set(Object.fromEntries(values));
  }

  #set(values) {
    Object.assign(this.#waiting, values);
    if (!this.#isSending) void this.#send();
  }

  async #send() {
    this.#isSending = true;
    while (Object.keys(this.#waiting).length > 0) {
      this.#sent = this.#waiting;
      this.#waiting = {};
      const { list, problem } = await post(this.#sent);
      this.#sent = {};
      this.#say(problem ?? "");
      if (list) this.#show(list);
      else await this.#refresh();
    }
    this.#isSending = false;
  }

  #say(problem) {
    if (this.#problem.textContent !== problem) this.#problem.textContent = problem;
  }
}

async function post(values) {
  try {
    const response = await fetch(address("controls"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(values),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.ok) return { list: await response.json() };
    const problem = (await response.text()).trim();
    return { problem: problem.charAt(0).toUpperCase() + problem.slice(1) };
  } catch {
    return { problem: "The program behind this page does not answer" };
  }
}
