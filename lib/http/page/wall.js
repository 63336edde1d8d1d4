import { address } from "./address.js";
import { control, FullScreen } from "./controls.js";
import { arrange } from "./layout.js";
import { poll } from "./poll.js";
import { Tile } from "./tile.js";
import { WallFeed } from "./wall_feed.js";
import { summary } from "./words.js";

/** How many tiles there may be that get all frames: small pictures need fewer. */
const FULL_RATE_TILES = 4;
/** The most frames a second of others: a little more than 15, so that a camera of 15 loses none. */
const SMALL_FPS = 16;
/** How long to wait between two rounds of snapshots, in milliseconds. */
const ROUND_MS = 500;

const $ = (id) => document.getElementById(id);
const screen = new FullScreen();
/** By the names that paths use. */
const tiles = new Map();
/** Whether snapshots are shown, because WebSockets do not work. */
let isPolling = false;

const feed = new WallFeed(() => {
  isPolling = true;
  void showSnapshots();
});
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const tile = [...tiles.values()].find(({ element }) => element === target);
    if (tile) tile.isVisible = isIntersecting;
  }
  attend();
});

/** Asks for frames of the tiles that can be seen, and of no others. */
function attend() {
  if (document.hidden) feed.close();
  else if (!isPolling) feed.open();
  const visible = [...tiles].filter(([, { isVisible }]) => isVisible && !document.hidden);
  const fps = visible.length > FULL_RATE_TILES ? SMALL_FPS : undefined;
  for (const [id, tile] of tiles) {
    const isWatched = visible.some(([other]) => other === id);
    tile.attend(isWatched);
    if (isWatched && !isPolling) feed.watch(tile.number, { id, fps, draw: tile.draw });
    else feed.leave(tile.number);
  }
}

/** Shows a snapshot of each camera in turn, and never asks for two at the same time. */
async function showSnapshots() {
  while (isPolling) {
    for (const [id, tile] of tiles) {
      if (!tile.isVisible || document.hidden) continue;
      try {
        const response = await fetch(address(`${encodeURIComponent(id)}/snapshot`));
        if (response.ok) await tile.show(await response.bytes());
      } catch {
        // The next round may work.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
}

/** Takes the answer of `/cameras`; undefined if there was none. */
function take(cameras, from) {
  // A single camera has this address to itself.
  if (cameras?.length === 1) return location.reload();
  if (cameras) {
    place(cameras);
    for (const camera of cameras) tiles.get(camera.id).become(camera, from);
  } else {
    for (const tile of tiles.values()) tile.lose();
  }
  const isLive = cameras?.some(({ id, state, reason }) =>
    tiles.get(id).isVisible && state === "live" && reason === null
  );
  feed.check({ isAnswered: cameras !== undefined, isLive });
  draw(cameras);
}

/** Has a tile for each camera, in their order. */
function place(cameras) {
  const ids = cameras.map(({ id }) => id);
  for (const [id, tile] of tiles) {
    if (ids.includes(id)) continue;
    tiles.delete(id);
    feed.leave(tile.number);
    sight.unobserve(tile.element);
    tile.element.remove();
  }
  ids.forEach((id, i) => {
    let tile = tiles.get(id);
    if (!tile) {
      tiles.set(id, tile = new Tile(id, freeNumber()));
      sight.observe(tile.element);
    }
    const there = $("wall").children[i];
    if (there !== tile.element) $("wall").insertBefore(tile.element, there ?? null);
  });
  arrange($("wall"), cameras);
}

/** The least number that no tile has. */
function freeNumber() {
  const taken = new Set([...tiles.values()].map(({ number }) => number));
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

/** Says how all of them are. */
function draw(cameras) {
  const lost = [...tiles].filter(([, { tone }]) => tone === "lost").map(([id]) => id);
  const tones = [...tiles.values()].map(({ tone }) => tone);
  const { tone, title, detail } = summary(cameras !== undefined, tones);
  $("state").style.setProperty("--tone", `var(--${tone})`);
  document.title = `${title} – socketcam`;
  say("verdict", title);
  say("faults", cameras && lost.length > 0 ? `Lost: ${lost.join(", ")}` : "");
  $("trouble").hidden = detail === undefined;
  say("what", title);
  say("why", detail ?? "");
}

/** Writes text only if it changes: a screen reader reads out each write. */
function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

/** Moves the focus between tiles. */
addEventListener("keydown", ({ key }) => {
  const links = [...$("wall").querySelectorAll("a")];
  const columns = Number(getComputedStyle($("wall")).getPropertyValue("--columns"));
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  const at = links.indexOf(document.activeElement);
  if (step && at >= 0) links[at + step]?.focus();
});
control({ full: () => screen.toggle() });
new ResizeObserver(() => arrange($("wall"))).observe($("wall"));
poll("cameras", { answer: take, wake: () => feed.close(), turn: attend });
