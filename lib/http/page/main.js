import { Percentiles, RateMeter } from "../../flow/meters.js";
import { now } from "../../time/clock.js";
import { ClockSync } from "../../time/clock_sync.js";
import { address } from "./address.js";
import { Panel } from "./panel.js";
import { control, FullScreen, press, save } from "./controls.js";
import { Feed, inTurn } from "./feed.js";
import { Picture } from "./picture.js";
import { poll } from "./poll.js";
import { ago, verdict } from "./words.js";

const $ = (id) => document.getElementById(id);
const picture = new Picture($("picture"), $("stream"));
const screen = new FullScreen();
/** What paths call the camera, where there are several. */
const id = $("all") ? decodeURIComponent(location.pathname.split("/").at(-2)) : undefined;
/** The camera's clock, from the times that `/state` tells. */
let clock = new ClockSync();
/** The frames that this page draws. */
let rate = new RateMeter();
/** How old they are once they are on the screen, in milliseconds: those of the last second. */
let ages = new Percentiles();
let latency;
/** How long the newest picture took after the one before, in milliseconds. */
let gap;
/** The last answer of `/state`; undefined if it does not answer. */
let state;
// The page of several cameras has none.
const panel = $("panel") ? new Panel() : undefined;
let isFrozen = false;
let isStreaming = false;

const drawInTurn = inTurn(async (bytes) => {
  const before = picture.capturedAt;
  await picture.show(bytes);
  const { capturedAt } = picture;
  gap = capturedAt - before;
  requestAnimationFrame(() => {
    rate.add(bytes.length);
    const age = ageOf(capturedAt);
    if (age !== undefined) ages.add(age);
  });
});
const feed = new Feed("ws", {
  message: (data, isCurrent) => drawInTurn(new Uint8Array(data), isCurrent, () => feed.send("")),
  fallback() {
    isStreaming = true;
    picture.stream();
  },
});

/** How long ago the camera's clock showed a time, in milliseconds; undefined while unknown. */
function ageOf(time) {
  return time === undefined || clock.roundTrip === null ? undefined : now() + clock.offset - time;
}

/** Asks for frames only while somebody can see them. */
async function attend() {
  const isWanted = !isFrozen && !document.hidden;
  if (isWanted && !isStreaming) return feed.open();
  feed.close();
  rate = new RateMeter();
  ages = new Percentiles();
  latency = undefined;
  if (isWanted || !isStreaming) return;
  isStreaming = false;
  await picture.still();
}

/** Starts afresh after the machine's sleep, which no connection survives and no event reports. */
function wake() {
  clock = new ClockSync();
  feed.close();
  if (isStreaming) picture.stream();
  void attend();
}

function take(answer, from) {
  // With several cameras, this address shows all of them.
  if (answer?.cameras > 1) return location.reload();
  const before = state;
  state = answer;
  if (state) clock.add(from, state.now, now());
  // A browser does not load an image again by itself when its stream has ended.
  if (state && !before && isStreaming) picture.stream();
  const isLive = state?.source.state === "connected" && !state.camera.reason;
  feed.check({ isAnswered: state !== undefined, isLive });
  draw();
}

function draw() {
  const age = isStreaming ? undefined : ageOf(picture.capturedAt);
  const lateMs = isStreaming ? state?.latencyMs.p50 ?? undefined : latency;
  const shown = isFrozen ? {} : { lateMs, age, gap: gap || 0 };
  const { tone, title, detail, next, isFlawed } = verdict(state, shown);
  const isLive = tone === "live";
  const name = id ?? state?.camera.name;
  document.title = `${isLive ? name ?? "Live" : title} – socketcam`;
  const color = isFlawed || isFrozen && isLive ? "wait" : tone;
  $("state").style.setProperty("--tone", `var(--${color})`);
  say("verdict", isFrozen && isLive ? "Frozen" : title);
  say("name", isLive && !isFlawed && name ? name : "");
  // A frozen picture stays as it is, whatever has happened since.
  $("picture").classList.toggle("past", !isFrozen && !isLive);
  const isTrouble = !isLive && !isFrozen;
  $("trouble").hidden = !isTrouble;
  if (isTrouble) {
    say("what", title);
    say("why", detail ?? "");
    const time = new Date(Date.now() - age).toLocaleTimeString();
    say("last", age === undefined ? "" : `Last picture at ${time}, ${ago(age)}`);
    say("next", next ?? "");
  }
  panel?.update(state?.controls ?? null);
  drawNumbers(isLive, age);
  drawMotion(state?.scene?.lastMinute);
}

function drawNumbers(isLive, age) {
  const { fps, bytesPerSecond } = rate.read();
  latency = ages.read(0.5) ?? latency;
  ages = new Percentiles();
  const { frames, latencyMs } = state ?? {};
  const published = frames?.fps ?? 0;
  say("fps", !isLive ? "–" : isFrozen ? `frozen, ${ago(age)}` : rateOf(fps, published));
  say("size", picture.size?.join("×") ?? "–");
  const bytes = isStreaming ? frames?.bytesPerSecond ?? 0 : bytesPerSecond;
  say("data", isLive && !isFrozen ? `${(bytes * 8 / 1e6).toFixed(1)} Mbit/s` : "–");
  const ms = isStreaming ? latencyMs?.p50 : latency;
  say("age", isLive && typeof ms === "number" ? `${ms.toFixed(0)} ms` : "–");
}

function rateOf(fps, published) {
  if (isStreaming) return `${published.toFixed(1)} fps`;
  return fps < published * 0.8 && fps > 0
    ? `${fps.toFixed(1)} of ${published.toFixed(1)} fps`
    : `${fps.toFixed(1)} fps`;
}

/** Draws the last minute, a bar for each second. The square root makes a little motion visible. */
function drawMotion(lastMinute) {
  $("motion").hidden = !lastMinute;
  if (!lastMinute) return;
  const bars = lastMinute.map((motion, i) => `M${i} 1V${1 - Math.sqrt(motion)}h0.8V1z`);
  $("bars").setAttribute("d", bars.join(""));
  $("graph").ariaLabel = `Motion, now ${(100 * lastMinute.at(-1)).toFixed(0)} %`;
}

/** Writes text only if it changes: a screen reader reads out each write. */
function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function fileName(type) {
  const { capturedAt } = picture;
  const taken = capturedAt === undefined ? now() : capturedAt - clock.offset;
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
    const jpeg = picture.jpeg ?? await (await fetch(address("snapshot"))).blob();
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
  ...panel && { adjust: () => panel.toggle() },
  full: () => screen.toggle(),
});
$("stage").ondblclick = () => $("full").hidden || screen.toggle();

poll("state", { answer: take, wake, turn: () => void attend() });
