import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/log.ts";
import { now } from "../../lib/flow/clock.ts";
import { loseNetworkCamera } from "../support/network_camera_away.ts";
import { AT_ONCE_MS, FaultPipeline, TIMEOUT_MS } from "../support/fault_pipeline.ts";
import { Program } from "../support/programs.ts";
import { SERVER_NAME, SplitNetwork } from "../support/split_network.ts";

/** How long a process is stopped, and other things are away, in milliseconds. */
const AWAY_MS = 30_000;

Deno.test("pictures come again when ffmpeg is stopped for 30 s, before it goes on", async () => {
  await using way = await FaultPipeline.start();
  const pid = await way.ffmpeg();
  const began = now();
  Deno.kill(pid, "SIGSTOP");
  try {
    await way.recovers({
      fault: "ffmpeg stopped (`kill -STOP`) for 30 s",
      began,
      withinMs: TIMEOUT_MS,
      told: ["server", /camera lost: The camera has given no picture for 5 s$/],
    });
    await delay(began + AWAY_MS - now());
  } finally {
    goOn(pid);
  }
});

for (
  const [who, words] of [
    ["server", ["client", /was lost: it has said nothing for 6 s; trying again/]],
    ["client", ["server", /left: it has said nothing for 6 s/]],
  ] as const
) {
  Deno.test(`pictures come again when the ${who} is stopped for 30 s and goes on`, async () => {
    await using way = await FaultPipeline.start();
    const began = now();
    const { pid } = way[who];
    Deno.kill(pid, "SIGSTOP");
    try {
      await delay(AWAY_MS);
    } finally {
      goOn(pid);
    }
    await way.recovers({
      fault: `${who} stopped for 30 s`,
      began,
      ended: now(),
      withinMs: AT_ONCE_MS,
      told: words,
    });
  });
}

Deno.test("pictures come again when the server is started again after 30 s", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  await delay(AWAY_MS);
  await way.startServer();
  await way.recovers({
    fault: "server away for 30 s",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    told: ["client", /(closed the connection|was lost: .*); trying again/],
  });
});

Deno.test("pictures come again when the server is killed and started again 20 times in 10 s", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  for (let i = 0; i < 20; i++) {
    way.server.kill("SIGKILL");
    await way.server.ends();
    const next = delay(began + (i + 1) * 500 - now());
    void way.startServer().catch(() => {});
    await next;
  }
  await way.recovers({
    fault: "server killed, and started again, 20 times in 10 s",
    began,
    ended: now(),
    withinMs: AT_ONCE_MS,
    told: ["client", /(closed the connection|was lost: .*); trying again/],
    often: true,
  });
});

Deno.test("pictures come again when a network camera comes back after 30 s", async () => {
  await loseNetworkCamera(30);
});

/** Server and client at the two ends of a network, and the viewer at the client's. */
async function split(network: SplitNetwork): Promise<FaultPipeline> {
  return await FaultPipeline.start({
    host: SERVER_NAME,
    serverHost: "0.0.0.0",
    startServer: (...args) => network.start("server", ...args),
    startClient: (...args) => network.start("client", ...args),
    watch: { inside: network.at("client") },
    warmUp: async (url) => {
      const [command, ...args] = [...network.at("client"), "curl", "-sN", "-m", "3", url];
      await using curl = new Program(command, [...args, "-o", "/dev/null"]);
      await curl.ends();
    },
  });
}

Deno.test("pictures come again when the network carries nothing for 30 s without a word", async () => {
  await using network = await SplitNetwork.make();
  if (!network) return print("no network namespaces can be made here: this is not tested");
  await using way = await split(network);
  const began = now();
  await network.cut();
  await delay(AWAY_MS);
  await network.mend();
  await way.recovers({
    fault: "network cut for 30 s without a word to either end",
    began,
    ended: now(),
    withinMs: TIMEOUT_MS,
    told: ["client", /was lost: it has said nothing for 6 s; trying again/],
  });
  assertEquals((await way.server.says(/left: (.*) \(0/))[1], "it has said nothing for 6 s");
});

Deno.test("pictures come again when the server has another address", async () => {
  await using network = await SplitNetwork.make();
  if (!network) return print("no network namespaces can be made here: this is not tested");
  await using way = await split(network);
  const began = now();
  await network.moveServer();
  await way.recovers({
    fault: "the server's address gone, and another in its place",
    began,
    withinMs: TIMEOUT_MS,
    told: ["client", /was lost: .*; trying again/],
  });
});

/** Lets a stopped process go on; it may have been ended in the meantime. */
function goOn(pid: number): void {
  try {
    Deno.kill(pid, "SIGCONT");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
