/** How old a picture may be when it is drawn, or stay without another one, in milliseconds. */
export const STALE_MS = 3000;

/** What is said when nothing answers. */
const GONE = {
  tone: "lost",
  title: "Viewer gone",
  detail: "The program behind this page does not answer. Is client.ts still running?",
};

/**
 * The answer of `/state` in words; pass undefined if there was none.
 *
 * @param {{ lateMs?: number, age?: number, gap?: number }} shown how late pictures are drawn, how old
 *   the newest one is, and how long it took after the one before, in milliseconds
 * @returns {{ tone: "live" | "soft" | "wait" | "lost", title: string, detail?: string, next?: string,
 *   isFlawed?: boolean }} `next` says what happens next
 */
export function verdict(state, { lateMs = 0, age = 0, gap = 0 } = {}) {
  if (!state) return { ...GONE, next: "Trying again every second" };
  const { source, camera, decode } = state;
  const server = `${source.host}:${source.port}`;
  if (source.state === "refused") {
    const next = source.retryInMs === undefined ? undefined : retry(source.retryInMs);
    return { tone: "lost", title: "Refused", detail: source.reason, next };
  }
  if (source.state === "connecting") {
    const detail = source.reason && sentence(source.reason);
    if (!detail) return { tone: "wait", title: `Connecting to ${server}` };
    return { tone: "lost", title: "Server not reached", detail, next: retry(source.retryInMs) };
  }
  if (camera.state === "lost") {
    const detail = sentence(camera.reason ?? "The server gives no reason");
    return { tone: "lost", title: "Camera lost", detail, next: "The server keeps trying" };
  }
  if (camera.state === "idle") {
    return { tone: "soft", title: "The camera sleeps and wakes when watched" };
  }
  if (camera.state === "starting") return { tone: "wait", title: "The camera is starting" };
  if (camera.state === "unknown") return { tone: "wait", title: `Waiting for ${server}` };
  if (camera.reason) {
    return { tone: "lost", title: "No picture", detail: sentence(camera.reason) };
  }
  if (lateMs > STALE_MS) {
    const detail = `Pictures arrive ${ago(lateMs).replace(" ago", "")} late: ` +
      "the network, or a program on the way, is too slow for them";
    return { tone: "wait", title: "Delayed", detail, next: "A smaller size or rate helps" };
  }
  // Some cameras take seconds for each picture.
  if (age > Math.max(STALE_MS, 2 * gap)) {
    const detail = "No newer picture has come since";
    return { tone: "wait", title: "No new picture", detail, next: "It continues by itself" };
  }
  if (decode.error) {
    return { tone: "live", title: `Shown untransformed: ${decode.error}`, isFlawed: true };
  }
  return { tone: "live", title: "Live" };
}

/**
 * How several cameras are, in words; the detail says what to do where there is nothing to see.
 *
 * @param {("live" | "soft" | "wait" | "lost")[]} tones of the verdict on each
 */
export function summary(isAnswered, tones) {
  if (!isAnswered) return GONE;
  if (tones.length === 0) {
    return { tone: "wait", title: "No camera yet", detail: "It is shown as soon as there is one" };
  }
  const count = (tone) => tones.filter((one) => one === tone).length;
  const live = count("live");
  // Those that nobody looks at sleep, which is as it should be.
  const asleep = count("soft");
  const tone = count("lost") > 0 ? "lost" : count("wait") > 0 ? "wait" : live > 0 ? "live" : "soft";
  const rest = asleep > 0 ? `, ${asleep} asleep` : "";
  const all = tones.length;
  return { tone, title: live === all ? `All ${all} live` : `${live} of ${all} live${rest}` };
}

function retry(ms) {
  if (ms === undefined) return "Trying again";
  const seconds = Math.ceil(ms / 1000);
  return seconds > 0 ? `Next try in ${seconds} s` : "Trying now";
}

/** `ms` milliseconds ago, in the largest unit that fits. */
export function ago(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
