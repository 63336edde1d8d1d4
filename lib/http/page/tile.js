import { Percentiles } from "../../flow/meters.js";
import { readExif } from "../../frame/exif_block.js";
import { now } from "../../time/clock.js";
import { ClockSync } from "../../time/clock_sync.js";
import { inTurn } from "./feed.js";
import { paint } from "./picture.js";
import { STALE_MS, verdict } from "./words.js";

/** What the strip says of a camera, by the tone of the verdict on it. */
const BRIEF = { live: "Live", soft: "Sleeps", wait: "Waiting", lost: "Lost" };

/** One camera on the wall: its picture, and how it is. It is a link to the camera's page. */
export class Tile {
  /** The number by which its frames come. */
  number;
  element;
  /** Whether it can be seen. */
  isVisible = false;
  /** How the camera is: the tone of the verdict on it. */
  tone = "wait";
  #id;
  #part;
  /** The camera's clock, from the times that `/cameras` tells. */
  #clock = new ClockSync();
  #capturedAt;
  /** When it began to watch, by `performance.now()`. */
  #since;
  #gap = 0;
  #ages = new Percentiles();
  #late = 0;

  /** Draws a frame, one after the other. */
  draw = inTurn((bytes) => this.show(bytes));

  constructor(id, number) {
    this.#id = id;
    this.number = number;
    this.element = document.getElementById("tile").content.firstElementChild.cloneNode(true);
    const link = this.element.querySelector("a");
    link.href = `${encodeURIComponent(id)}/`;
    this.#part = (name) => this.element.querySelector(`.${name}`);
    this.#say("id", id);
  }

  /** Its camera gives frames from now on, or does not. */
  attend(isWatched) {
    if (isWatched === (this.#since !== undefined)) return;
    this.#since = isWatched ? performance.now() : undefined;
    this.#capturedAt = undefined;
    this.#gap = this.#late = 0;
    this.#ages = new Percentiles();
  }

  async show(bytes) {
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const canvas = this.#part("canvas");
    paint(canvas, bitmap);
    const before = this.#capturedAt;
    this.#capturedAt = readExif(bytes)?.capturedAt;
    this.#gap = this.#capturedAt - before || 0;
    const age = this.#age;
    if (age !== undefined) this.#ages.add(age);
  }

  /** How old the picture is, in milliseconds; undefined while unknown. */
  get #age() {
    const isKnown = this.#capturedAt !== undefined && this.#clock.roundTrip !== null;
    return isKnown ? now() + this.#clock.offset - this.#capturedAt : undefined;
  }

  /** Tells what `/cameras` says of it, and when that was asked. */
  become(entry, from) {
    this.#clock.add(from, entry.now, now());
    this.#late = this.#ages.read(0.5) ?? this.#late;
    this.#ages = new Percentiles();
    this.#write(entry);
  }

  #write({ name, state, reason, fps, source }) {
    // A tile that has waited for its first picture for too long shows an old one, or none.
    const waited = this.#since === undefined ? 0 : performance.now() - this.#since;
    const age = this.#age ?? (waited > STALE_MS ? waited : 0);
    const shown = { lateMs: this.#late, age, gap: this.#gap };
    const camera = { state, reason: source.state === "connected" ? reason : null };
    const { tone, title, detail } = verdict({ source, camera, decode: {} }, shown);
    this.tone = tone;
    const isLive = tone === "live";
    this.element.style.setProperty("--tone", `var(--${tone})`);
    this.element.classList.toggle("gone", !isLive);
    this.#say("name", name === null || name === this.#id ? "" : name);
    this.#say("state", BRIEF[tone]);
    this.#say("rate", isLive ? `${fps.toFixed(1)} fps` : "");
    this.#say("what", isLive ? "" : title);
    this.#say("detail", isLive ? "" : detail ?? "");
  }

  /** The program behind the page does not answer. */
  lose() {
    this.element.classList.add("gone");
    this.element.style.setProperty("--tone", "var(--lost)");
    for (const part of ["rate", "what", "detail"]) this.#say(part, "");
    this.#say("state", BRIEF.lost);
  }

  #say(part, text) {
    const element = this.#part(part);
    if (element.textContent !== text) element.textContent = text;
  }
}
