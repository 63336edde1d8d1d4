/**
 * The viewer page: pictures on one side, how they fare on the other.
 *
 * @module
 */

import { Clock, now } from "./clock.js";
import { control, FullScreen, press, save } from "./controls.js";
import { Feed } from "./feed.js";
import { Numbers } from "./numbers.js";
import { Picture } from "./picture.js";
import { ago, verdict } from "./words.js";

/** How often the state is asked for, in milliseconds. */
const POLL_MS = 1000;
/** How long its answer may take, in milliseconds. */
const ANSWER_MS = 4000;
/** After a longer silence than this, in milliseconds, the machine has slept: connections are dead. */
const SLEPT_MS = 15_000;
/** From what age on a picture is shown as one of the past, in milliseconds. */
const STALE_MS = 3000;

const $ = (id) => document.getElementById(id);
const picture = new Picture($("picture"), $("stream"));
const numbers = new Numbers();
const clock = new Clock();
const screen = new FullScreen();
/** What `/state` last said; undefined when it does not answer. */
let state;
let isFrozen = false;
let isStreaming = false;

const feed = new Feed(async (bytes) => {
  await picture.show(bytes);
  const { capturedAt } = picture;
  requestAnimationFrame(() => {
    const { offset } = clock;
    const isKnown = capturedAt !== undefined && offset !== undefined;
    numbers.add(bytes.length, isKnown ? now() + offset - capturedAt : undefined);
  });
}, () => {
  isStreaming = true;
  picture.stream();
});

/** Asks for pictures while they are looked at, and for none otherwise. */
async function attend() {
  const isWanted = !isFrozen && !document.hidden;
  if (isWanted && !isStreaming) return feed.open();
  feed.close();
  numbers.clear();
  if (isWanted || !isStreaming) return;
  isStreaming = false;
  await picture.still();
}

/** Nobody says that a connection did not outlive the machine's sleep, nor that the clock stood. */
function awake() {
  clock.clear();
  feed.close();
  if (isStreaming) picture.stream();
  void attend();
}

async function poll() {
  const from = now();
  const before = state;
  try {
    const response = await fetch(new URL("state", document.baseURI), {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    state = response.ok ? await response.json() : undefined;
    if (state) clock.add(from, state.now, now());
  } catch {
    state = undefined;
  }
  // An image whose stream has ended is never asked for again by itself.
  if (state && !before && isStreaming) picture.stream();
  const isLive = state?.source.state === "connected" && state.camera.state !== "lost";
  feed.check({ isAnswered: state !== undefined, isLive });
  draw();
}

function draw() {
  const { tone, title, detail, next, isFlawed } = verdict(state);
  const age = clock.offset === undefined || picture.capturedAt === undefined
    ? undefined
    : now() + clock.offset - picture.capturedAt;
  const isLive = tone === "live";
  const name = state?.camera.name;
  document.title = `${isLive ? name ?? "Live" : title} – socketcam`;
  $("state").dataset.tone = isFlawed ? "wait" : isFrozen && isLive ? "wait" : tone;
  say("verdict", isFrozen && isLive ? "Frozen" : title);
  say("name", isLive && !isFlawed && name ? name : "");
  // Who froze a picture wants to see it, whatever has happened since.
  $("picture").classList.toggle("past", !isFrozen && (!isLive || age > STALE_MS));
  const isTrouble = !isLive && !isFrozen;
  $("trouble").hidden = !isTrouble;
  if (isTrouble) {
    say("what", title);
    say("why", detail ?? "");
    say("last", age === undefined ? "" : `The last picture is of ${time(age)}, ${ago(age)}`);
    say("next", next ?? "");
  }
  drawNumbers(isLive, age);
  drawMotion(state?.scene?.lastMinute);
}

/** By the clock on the wall here. */
function time(age) {
  return new Date(Date.now() - age).toLocaleTimeString();
}

function drawNumbers(isLive, age) {
  const { fps, bitsPerSecond, age: shown } = numbers.read();
  const { frames, latencyMs } = state ?? {};
  const published = frames?.fps ?? 0;
  const size = picture.size;
  const isFalling = fps < published * 0.8 && fps > 0;
  say("fps", !isLive ? "–" : isFrozen ? `frozen, ${ago(age)}` : rate(fps, published, isFalling));
  say("size", size ? size.join("×") : "–");
  const bits = isStreaming ? (frames?.bytesPerSecond ?? 0) * 8 : bitsPerSecond;
  say("data", isLive && !isFrozen ? `${(bits / 1e6).toFixed(1)} Mbit/s` : "–");
  const latency = isStreaming ? latencyMs?.p50 ?? undefined : shown;
  say("age", latency === undefined || !isLive ? "–" : `${latency.toFixed(0)} ms`);
}

function rate(fps, published, isFalling) {
  if (isStreaming) return `${published.toFixed(1)} fps`;
  return isFalling ? `${fps.toFixed(1)} of ${published.toFixed(1)} fps` : `${fps.toFixed(1)} fps`;
}

/** The last minute, a bar a second; the square root shows a little motion as well. */
function drawMotion(lastMinute) {
  $("motion").hidden = !lastMinute;
  if (!lastMinute) return;
  const bars = lastMinute.map((motion, i) => `M${i} 1V${1 - Math.sqrt(motion)}h0.8V1z`);
  $("bars").setAttribute("d", bars.join(""));
  $("graph").ariaLabel = `Motion, now ${(100 * lastMinute.at(-1)).toFixed(0)} %`;
}

/** Only what changes is written, or a screen reader would say it again. */
function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function fileName(type) {
  const { capturedAt } = picture;
  const taken = capturedAt === undefined ? now() : capturedAt - (clock.offset ?? 0);
  const stamp = new Date(taken).toLocaleString("sv-SE").replace(" ", "_").replaceAll(":", "-");
  return `socketcam_${stamp}.${type}`;
}

control({
  freeze() {
    isFrozen = !isFrozen;
    press("freeze", isFrozen);
    void attend().then(draw);
  },
  async jpeg() {
    if (!picture.size) return;
    const jpeg = picture.jpeg ?? await (await fetch(new URL("snapshot", document.baseURI))).blob();
    save(jpeg, fileName("jpg"));
  },
  async png() {
    if (picture.size) save(await picture.png(), fileName("png"));
  },
  actual() {
    const isActual = $("stage").classList.toggle("actual");
    press("actual", isActual);
    $("stage").style.setProperty("--pixel", 1 / devicePixelRatio);
  },
  full: () => screen.toggle(),
});
$("stage").ondblclick = () => $("full").hidden || screen.toggle();

let timer;
let turnedAt = Date.now();
async function turn() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (Date.now() - turnedAt > SLEPT_MS) awake();
  turnedAt = Date.now();
  await poll();
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(turn, POLL_MS);
}
document.addEventListener("visibilitychange", () => {
  void attend();
  void turn();
});
void attend();
void turn();
