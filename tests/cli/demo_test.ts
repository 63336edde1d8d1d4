import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/usage_error.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { planOf } from "../../tools/demo.ts";
import { Program } from "../support/programs.ts";

/** Starts the demo, and waits until it has said where to open it. */
async function startDemo(...args: string[]): Promise<{ demo: Program; urls: string[] }> {
  const demo = new Program(Deno.execPath(), ["run", "-A", "tools/demo.ts", ...args]);
  const [, addresses] = await demo.says(/Open in a browser.*\n\n((?: +http:\S+\n)+)/);
  return { demo, urls: addresses.trim().split(/\s+/) };
}

Deno.test("deno task demo says what it does, shows a picture, and ends both its programs", async () => {
  const { demo, urls: [url] } = await startDemo("--http-port", "0");
  await using _ = demo;
  assertMatch(demo.stdout, /there is (a|no) webcam.*\n.*starting server.ts.*/);
  const snapshot = await fetch(`${url}/snapshot`);
  assertEquals(jpegSize(await snapshot.bytes()).width > 0, true);
  const programs = await demo.children();
  assertEquals(programs.length, 2);
  // The address is the last thing that it says.
  assert(demo.stdout.trimEnd().endsWith(url), demo.stdout);
  const said = demo.stderr;
  demo.kill("SIGINT");
  assertEquals(await demo.ends(), 0);
  assertEquals(demo.stderr.slice(said.length).match(/lost|error/gi), null);
  const left = await new Deno.Command("ps", { args: ["-p", programs.join()] }).output();
  assertEquals(left.code, 1);
});

Deno.test("deno task demo ends both its programs when its terminal is closed", async () => {
  const { demo } = await startDemo("--http-port", "0", "--device", "test");
  await using _ = demo;
  const programs = await demo.children();
  demo.kill("SIGHUP");
  assertEquals(await demo.ends(), 0);
  const left = await new Deno.Command("ps", { args: ["-p", programs.join()] }).output();
  assertEquals([programs.length, left.code], [2, 1]);
});

Deno.test("deno task demo --lan shows addresses for other machines, and passes other options on", async () => {
  const { demo, urls } = await startDemo(
    ...["--lan", "--size", "320x240", "--http-port=0", "--device", "test", "--no-decode"],
  );
  await using _ = demo;
  assert(urls.length > 1, urls.join());
  const { port } = new URL(urls[0]);
  assert(urls.every((url) => new URL(url).port === port), urls.join());
  const snapshot = await fetch(`${urls[0]}/snapshot`);
  assertEquals(jpegSize(await snapshot.bytes()), { width: 320, height: 240 });
  const { decode } = await (await fetch(`${urls[0]}/state`)).json();
  assertEquals(decode.mode, "off");
});

Deno.test("deno task demo chooses another port when the usual one is taken", async () => {
  let taken: Deno.Listener | undefined;
  try {
    taken = Deno.listen({ hostname: "127.0.0.1", port: 8080 });
  } catch {
    // Another program has it already.
  }
  try {
    const { demo, urls: [url] } = await startDemo("--device", "test");
    await using _ = demo;
    assertMatch(demo.stdout, /another program uses port 8080/);
    assert(new URL(url).port !== "8080");
  } finally {
    taken?.close();
  }
});

Deno.test("deno task demo gives each option to the program that has it, and refuses others", () => {
  assertEquals(planOf(["--fps", "5", "--token", "x", "--workers=2", "--lan"]), {
    isLan: true,
    server: ["--fps", "5", "--token", "x"],
    client: ["--token", "x", "--workers=2"],
  });
  for (const args of [["--nope"], ["x"], ["--host", "y"]]) {
    assertThrows(() => planOf(args), UsageError, `the demo has no option ${args[0]}`);
  }
});
