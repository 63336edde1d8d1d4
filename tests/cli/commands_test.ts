import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { existsSync } from "node:fs";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { selfSigned } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/ports.ts";
import { clientUrl, Program, serverPort, startClient, startServer } from "../support/programs.ts";

/** What a program printed before it ended: one sentence, and no stack trace. */
async function failure(program: Program): Promise<{ code: number; words: string }> {
  await using _ = program;
  const code = await program.ends();
  assertEquals(program.stdout, "");
  assert(!/^\s+at /m.test(program.stderr), `a stack trace: ${program.stderr}`);
  return { code, words: program.stderr.trim() };
}

/** A port that something else has. */
function takenPort(): Deno.TcpListener & { addr: Deno.NetAddr } {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 }) as ReturnType<typeof takenPort>;
}

const LOCAL = ["--host", "127.0.0.1"];

Deno.test("server.ts says that its port is taken, and exits with 1", async () => {
  using taken = takenPort();
  const port = String(taken.addr.port);
  const server = startServer("--device", "test", ...LOCAL, "--port", port);
  assertEquals(await failure(server), {
    code: 1,
    words:
      `server: Port ${port} is taken by another program; end it, or choose another port with --port`,
  });
});

Deno.test("server.ts says that there is no such camera, and exits with 1", async () => {
  for (const device of ["/dev/video99", "no such camera", "99"]) {
    const { code, words } = await failure(startServer("--device", device, "--port", "0"));
    assertEquals(code, 1);
    assertMatch(words, /^server: No .*(there is|this machine has none).*$/);
  }
});

Deno.test("server.ts says that ffmpeg is missing and how to install it, and exits with 1", async () => {
  const args = ["run", "-A", "server.ts", "--device", "test", "--port", "0"];
  const server = new Program(Deno.execPath(), args, { PATH: "/nonexistent" });
  const { code, words } = await failure(server);
  assertEquals(code, 1);
  assertMatch(words, /^server: ffmpeg is not installed; install it .*apt install ffmpeg.*$/);
});

Deno.test("server.ts says that a file is not a video, and exits with 1", async () => {
  const { code, words } = await failure(startServer("--device", "LICENSE", "--port", "0"));
  assertEquals(code, 1);
  assertMatch(words, /^server: Cannot read "LICENSE".*this is not a video that ffmpeg can read$/);
});

Deno.test("server.ts and client.ts refuse wrong usage with a sentence, and exit with 2", async () => {
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  await using stack = new AsyncDisposableStack();
  for (const folder of folders) stack.defer(() => Deno.remove(folder, { recursive: true }));
  const [{ certFile, keyFile }, { keyFile: otherKey }] = await Promise.all(
    folders.map((folder) => selfSigned(folder)),
  );
  const cases: [Program, RegExp][] = [
    [
      startServer("--prot", "1"),
      /^server: unknown option '--prot' \(Did you mean --port\?\) \(--help shows all options\)$/,
    ],
    [startServer("--port", "65536"), /whole number from 0 to 65535/],
    [startServer("--size", "big"), /width and height in pixels, such as 1280x720/],
    [startServer("--quality", "0"), /whole number from 1 to 100/],
    [startServer("x.avi"), /too many arguments/],
    [startServer("--cert", "none.pem"), /no such file/],
    [startServer("--cert", "LICENSE"), /PEM file with a certificate/],
    [startServer("--token", ""), /must not be empty/],
    [startClient("--ca", "LICENSE"), /PEM file with a certificate/],
    [startClient("--http-cert", certFile), /--http-cert and --http-key go together: give both/],
    [startClient("--http-key", keyFile), /--http-cert and --http-key go together: give both/],
    [
      startClient("--http-cert", certFile, "--http-key", otherKey),
      /--http-cert and --http-key cannot be used: The key does not belong to the certificate/,
    ],
    [
      startServer("--cert", certFile, "--key", otherKey),
      /--cert and --key cannot be used: The key does not belong to the certificate/,
    ],
    [startClient("--workers", "0"), /whole number from 1 to 64/],
    [startClient("--no-decode", "--transform", "x.ts"), /'--no-decode' cannot be used with/],
    [startClient("--log", "xml"), /Allowed choices are text, json/],
  ];
  for (const [program, sentence] of cases) {
    const { code, words } = await failure(program);
    assertEquals(code, 2, words);
    assertMatch(words, sentence);
    assertEquals(words.split("\n").length, 1, words);
  }
});

Deno.test("wrong usage is one JSON line where the command line or the environment asks for JSON", async () => {
  const run = (args: string[], env: Record<string, string> = {}) =>
    new Program(Deno.execPath(), ["run", "-A", ...args], env);
  const cases: [Program, RegExp][] = [
    [startServer("--log", "json", "--prot", "1"), /^unknown option '--prot' \(Did you mean --port/],
    [startServer("--size", "big", "--log=json"), /It takes width and height/],
    [startServer("--log", "json", "--json"), /^--json goes with --list/],
    [run(["client.ts", "--workers", "0"], { SOCKETCAM_LOG: "json" }), /whole number from 1 to 64/],
    [run(["client.ts", "x"], { SOCKETCAM_CLIENT_LOG: "json" }), /^too many arguments/],
  ];
  for (const [program, sentence] of cases) {
    const { code, words } = await failure(program);
    const { level, message } = JSON.parse(words);
    assertEquals([code, level], [2, "error"]);
    assertMatch(message, sentence);
  }
  const text = run(["client.ts", "--log", "text", "x"], { SOCKETCAM_LOG: "json" });
  assertMatch((await failure(text)).words, /^client: too many arguments/);
});

Deno.test("server.ts and client.ts print help and version, and exit with 0", async () => {
  for (const start of [startServer, startClient]) {
    await using help = start("--help");
    assertEquals(await help.ends(), 0);
    // How the lines break is a matter of the longest option.
    const words = help.stdout.replaceAll(/\s+/g, " ");
    assertMatch(words, /--port <n> [^(]*\(default: 9999\)/);
    assertMatch(words, /Examples: deno run -A .* Environment: Each option has a variable/);
    const lines = help.stdout.split("\n");
    assertEquals(lines.filter((line) => line.length > 82), []);
    await using version = start("--version");
    assertEquals(await version.ends(), 0);
    assertMatch(version.stdout, /^\d+\.\d+\.\d+\n$/);
  }
});

Deno.test("server.ts takes its options from the environment as well", async () => {
  const env = {
    SOCKETCAM_SERVER_DEVICE: "test",
    SOCKETCAM_SERVER_SIZE: "640x360",
    SOCKETCAM_SERVER_PORT: "0",
  };
  await using server = new Program(Deno.execPath(), ["run", "-A", "server.ts"], env);
  await server.says(/\(camera: test picture, 640x360 at 30, encoded\)/);
});

Deno.test("server.ts says once who can watch, where no token is set on a public address", async () => {
  const start = (...args: string[]) => startServer("--device", "test", "--port", "0", ...args);
  const warning = /anyone on the network .* can watch; set a --token, .*--host 127/g;
  for (
    const [args, times] of [[[], 1], [["--token", "x"], 0], [LOCAL, 0]] as [string[], number][]
  ) {
    await using server = start(...args);
    await server.says(/camera live/);
    assertEquals([...server.stderr.matchAll(warning)].length, times, server.stderr);
  }
  await using open = start("--allow-control");
  await open.says(/can watch and change the camera; set a --token/);
});

Deno.test("client.ts says that its token is missing or wrong, once, and exits with 1", async () => {
  const token = "horse battery staple";
  const env = { SOCKETCAM_TOKEN: token };
  const args = ["run", "-A", "server.ts", "--device", "test", ...LOCAL, "--port", "0"];
  await using server = new Program(Deno.execPath(), args, env);
  const port = await serverPort(server);
  const cases: [string[], RegExp][] = [
    [[], /^client: 127.0.0.1:\d+: this server needs a token; give it with --token\n$/],
    [["--token", "wrong"], /^client: .* not the token of this server; give the right one .*\n$/],
  ];
  for (const [wrong, sentence] of cases) {
    await using client = startClient(...LOCAL, "--port", port, "--http-port", "0", ...wrong);
    assertEquals(await client.ends(), 1);
    assertMatch(client.stderr, sentence);
    await server.says(/127\.0\.0\.1:\d+ refused: this /);
  }
  await using client = startClient(
    ...[...LOCAL, "--port", port, "--http-port", "0", "--token", token, "--verbose"],
  );
  await client.says(/^client: connected$/m);
  assertEquals((server.stdout + server.stderr + client.stderr).includes(token), false);
});

Deno.test("server.ts ends with its ffmpeg and exits with 0 on each signal", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    await using server = startServer("--device", "test", ...LOCAL, "--port", "0");
    await serverPort(server);
    const [ffmpeg, ...others] = await server.children();
    assertEquals(others, []);
    server.kill(signal);
    assertEquals(await server.ends(), 0);
    assertEquals((await new Deno.Command("ps", { args: ["-p", String(ffmpeg)] }).output()).code, 1);
  }
});

Deno.test("server.ts ends at any moment of its start, without a word, and leaves no ffmpeg behind", async () => {
  for (let moment = 0; moment < 12; moment++) {
    const size = `${402 + 2 * moment}x242`;
    const args = ["--device", "test", "--size", size, ...LOCAL, "--port", "0"];
    await using server = startServer(...args);
    await delay(60 * moment);
    server.kill("SIGTERM");
    // Until Deno runs the program, the signal ends it without further ado.
    assert([0, 128 + 15].includes(await server.ends()), server.stderr);
    assertEquals(server.stderr.match(/^\s+at |rror/gm), null, server.stderr);
    const pgrep = ["-f", `testsrc2=size=${size}`];
    const hasEnded = async () =>
      !(await new Deno.Command("pgrep", { args: pgrep }).output()).success;
    await eventually(hasEnded, () => "ffmpeg does not end");
  }
});

Deno.test("server.ts leaves no ffmpeg behind when it is killed without a word", async () => {
  await using server = startServer("--device", "test", ...LOCAL, "--port", "0");
  await serverPort(server);
  const [ffmpeg] = await server.children();
  server.kill("SIGKILL");
  await server.ends();
  const args = ["-p", String(ffmpeg)];
  const hasEnded = async () => !(await new Deno.Command("ps", { args }).output()).success;
  await eventually(hasEnded, () => "ffmpeg does not end");
});

Deno.test("server.ts lists the webcams of this machine as JSON for a program", async () => {
  await using server = startServer("--list", "--json");
  assertEquals(await server.ends(), 0);
  assert(Array.isArray(JSON.parse(server.stdout)));
});

Deno.test("server.ts says what is wrong with a filter graph, and exits with 1", async () => {
  const args = ["--device", "test", ...LOCAL, "--port", "0", "--filter", "nosuchfilter=1"];
  const { code, words } = await failure(startServer(...args));
  assertEquals(code, 1);
  assertMatch(words, /^server: ffmpeg refuses the filter graph: No such filter: .*; fix --filter$/);
});

Deno.test("server.ts says that a device is a folder, and exits with 1", async () => {
  const { code, words } = await failure(startServer("--device", "lib", "--port", "0"));
  assertEquals([code, words], [1, 'server: "lib" is a folder; name a video file in it']);
});

Deno.test("server.ts says that a camera has no controls to list or to set, and exits with 2", async () => {
  const none =
    /^server: "test picture" has no controls: only webcams have controls; leave out --set, .*$/;
  const cases: [string[], RegExp][] = [
    [["--device", "test", "--set", "brightness=10"], none],
    [
      ["--device", "test", "--list-controls"],
      /^server: "test" has no controls: only webcams have controls$/,
    ],
    [
      ["--device", "rtsp://me:secret@x/", "--list-controls"],
      /^server: "rtsp:[^s]*x\/" has no cont/,
    ],
    [["--device", "LICENSE", "--list-controls"], /^server: "LICENSE" has no controls: /],
    [
      ["--device", "socketcam://127.0.0.1:1", "--set", "hue=1"],
      /^server: --set is for cameras of this server: run it at 127.0.0.1:1, where the camera is$/,
    ],
  ];
  for (const [args, sentence] of cases) {
    const { code, words } = await failure(startServer("--port", "0", ...args));
    assertEquals(code, 2, words);
    assertMatch(words, sentence);
  }
});

Deno.test("server.ts --wait waits for a camera that is not there, and says so", async () => {
  const args = ["--device", "no such camera", ...LOCAL, "--port", "0"];
  const { code, words } = await failure(startServer(...args));
  assertEquals(code, 1);
  assertMatch(words, /; --wait waits for one, and --device test shows a test picture$/);
  await using server = startServer(...args, "--wait");
  await server.says(/^server: camera lost: No file .* no webcam of that name.*; waiting for it$/m);
  await serverPort(server);
  server.kill("SIGTERM");
  assertEquals(await server.ends(), 0);
});

Deno.test("server.ts turns its pictures by --filter", async () => {
  const args = ["--device", "test", ...LOCAL, "--port", "0", "--size", "640x360"];
  await using server = startServer(...args, "--filter", "transpose=1");
  const port = await serverPort(server);
  await using client = startClient(...LOCAL, "--port", port, "--http-port", "0");
  const snapshot = await fetch(`${await clientUrl(client)}/snapshot`);
  assertEquals(jpegSize(await snapshot.bytes()), { width: 360, height: 640 });
});

Deno.test("client.ts says that its HTTP port is taken, and exits with 1", async () => {
  using taken = takenPort();
  const port = String(taken.addr.port);
  const { code, words } = await failure(startClient("--http-port", port));
  assertEquals(code, 1);
  assertMatch(words, /^client: Port \d+ is taken .* choose another port with --http-port$/);
});

Deno.test("client.ts keeps trying while there is no server, says so, and exits with 0", async () => {
  const port = String(freePort());
  await using client = startClient(...LOCAL, "--port", port, "--http-port", "0");
  const url = await clientUrl(client);
  await client.says(new RegExp(`no server at 127.0.0.1:${port}: .*; trying again`));
  const { source, camera } = await (await fetch(`${url}/state`)).json();
  assertEquals([source.state, camera.state], ["connecting", "unknown"]);
  await using server = startServer("--device", "test", ...LOCAL, "--port", port);
  await client.says(/^client: connected$/m);
  await serverPort(server);
  client.kill("SIGINT");
  assertEquals(await client.ends(), 0);
});

Deno.test("client.ts says that a server speaks something else, and exits with 1", async () => {
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response("this is HTTP");
  });
  const port = String(web.addr.port);
  await using client = startClient(...LOCAL, "--port", port, "--http-port", "0");
  assertEquals(await client.ends(), 1);
  assertMatch(client.stderr, /^client: 127.0.0.1:\d+ is not a socketcam server: .*\n$/);
});

Deno.test("client.ts says that there is no such transform, and exits with 1", async () => {
  assertEquals(await failure(startClient("--transform", "nowhere.ts")), {
    code: 1,
    words:
      `client: There is no transform ${Deno.cwd()}/nowhere.ts; give the path of a TypeScript module`,
  });
});

Deno.test("client.ts exits with 0 while a viewer watches", async () => {
  await using server = startServer("--device", "test", ...LOCAL, "--port", "0");
  const port = await serverPort(server);
  await using client = startClient(...LOCAL, "--port", port, "--http-port", "0");
  const stream = await fetch(`${await clientUrl(client)}/stream`);
  const reader = stream.body!.getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  client.kill("SIGTERM");
  assertEquals(await client.ends(), 0);
  await reader.cancel().catch(() => {});
});

Deno.test("client.ts logs JSON lines when it is asked to", async () => {
  const port = String(freePort());
  await using client = startClient(...LOCAL, "--port", port, "--http-port", "0", "--log", "json");
  await client.says(/no server at/);
  const [[ready], [trouble]] = [client.stdout, client.stderr].map((text) =>
    text.trim().split("\n").map((line) => JSON.parse(line))
  );
  assertEquals([ready.level, ready.name], ["info", "client"]);
  assertMatch(ready.message, /^open http:.* \(from 127.0.0.1:\d+\)$/);
  assertEquals([trouble.level, trouble.name], ["warn", "client"]);
  assertMatch(trouble.message, /^no server at/);
  assert(Math.abs(Date.parse(trouble.time) - Date.now()) < 60_000);
});

/** A folder with a program that stands in for the desktop's, which no test machine has. */
async function desktop(script: string): Promise<{ path: string; opened: string }> {
  const path = await Deno.makeTempDir();
  const opened = `${path}/opened`;
  await Deno.writeTextFile(`${path}/xdg-open`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { path, opened };
}

Deno.test("client.ts --open opens the browser at its address, and says when it cannot", async () => {
  const args = ["run", "-A", "client.ts", "--port", String(freePort()), "--http-port", "0"];
  const { path, opened } = await desktop(
    'echo "$1" > "$(dirname "$0")/opened.new"; mv "$(dirname "$0")/opened.new" "$(dirname "$0")/opened"',
  );
  try {
    const PATH = `${path}:${Deno.env.get("PATH")}`;
    await using client = new Program(Deno.execPath(), [...args, "--open"], { PATH });
    const url = await clientUrl(client);
    await eventually(() => existsSync(opened), () => "the browser is not opened");
    assertEquals(await Deno.readTextFile(opened), `${url}\n`);

    await Deno.writeTextFile(`${path}/xdg-open`, "#!/bin/sh\nexit 3\n");
    await using failing = new Program(Deno.execPath(), [...args, "--open"], { PATH });
    await failing.says(/^client: Cannot open a browser \(xdg-open exited with 3\); open http/m);
    await using lacking = new Program(Deno.execPath(), [...args, "--open"], { PATH: "/nowhere" });
    await lacking.says(
      /^client: Cannot open a browser, because xdg-open is not installed; open http/m,
    );
  } finally {
    await Deno.remove(path, { recursive: true });
  }
});
