import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { print } from "../../lib/cli/terminal.ts";
import { now } from "../../lib/time/clock.js";
import { loseNetworkCamera } from "../support/network_camera_away.ts";
import { FaultPipeline } from "../support/fault_pipeline.ts";
import { Program } from "../support/programs.ts";
import { SERVER_NAME, SplitNetwork } from "../support/split_network.ts";

/** How long each fault lasts, in milliseconds. */
const AWAY_MS = 30_000;

Deno.test("the stream recovers when ffmpeg is suspended, before ffmpeg resumes", async () => {
  await using way = await FaultPipeline.start();
  const pid = await way.ffmpeg();
  const began = now();
  Deno.kill(pid, "SIGSTOP");
  try {
    await way.recovers({
      fault: "ffmpeg suspended (`kill -STOP`) for 30 s",
      began,
      told: ["server", /camera lost: The camera has given no frame for 5 s$/],
    });
    await delay(began + AWAY_MS - now());
  } finally {
    resume(pid);
  }
});

for (
  const [who, words] of [
    ["server", ["client", /was lost: it has been silent for 6 s; trying again/]],
    ["client", ["server", /left: it has been silent for 6 s/]],
  ] as const
) {
  Deno.test(`the stream recovers when the ${who} is suspended for 30 s and resumes`, async () => {
    await using way = await FaultPipeline.start();
    const began = now();
    const { pid } = way[who];
    Deno.kill(pid, "SIGSTOP");
    try {
      await delay(AWAY_MS);
    } finally {
      resume(pid);
    }
    await way.recovers({
      fault: `${who} suspended for 30 s`,
      began,
      ended: now(),
      told: words,
    });
  });
}

Deno.test("the stream recovers when the server is restarted after 30 s", async () => {
  await using way = await FaultPipeline.start();
  const began = now();
  way.server.kill("SIGKILL");
  await way.server.ends();
  await delay(AWAY_MS);
  await way.startServer();
  await way.recovers({
    fault: "server down for 30 s",
    began,
    ended: now(),
    told: ["client", /(closed the connection|was lost: .*); trying again/],
  });
});

Deno.test("the stream recovers when the server is killed and restarted 20 times in 10 s", async () => {
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
    fault: "server killed and restarted 20 times in 10 s",
    began,
    ended: now(),
    told: ["client", /(closed the connection|was lost: .*); trying again/],
    often: true,
  });
});

Deno.test("the stream recovers when a network camera is gone for 30 s", async () => {
  await loseNetworkCamera(30);
});

/** Starts the server at one end of the network, and client and viewer at the other. */
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

Deno.test("the stream recovers when the network silently drops everything for 30 s", async () => {
  await using network = await SplitNetwork.make();
  if (!network) return print("not tested: this machine does not allow network namespaces");
  await using way = await split(network);
  const began = now();
  await network.cut();
  await delay(AWAY_MS);
  await network.restore();
  await way.recovers({
    fault: "network silently cut for 30 s",
    began,
    ended: now(),
    told: ["client", /was lost: it has been silent for 6 s; trying again/],
  });
  assertEquals((await way.server.says(/left: (.*) \(0/))[1], "it has been silent for 6 s");
});

Deno.test("the stream recovers when the server's address changes", async () => {
  await using network = await SplitNetwork.make();
  if (!network) return print("not tested: this machine does not allow network namespaces");
  await using way = await split(network);
  const began = now();
  await network.moveServer();
  await way.recovers({
    fault: "the server's address changed",
    began,
    told: ["client", /was lost: .*; trying again/],
  });
});

/** Resumes a suspended process, if it still exists. */
function resume(pid: number): void {
  try {
    Deno.kill(pid, "SIGCONT");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
