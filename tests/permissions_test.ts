import { assert, assertEquals, assertMatch } from "@std/assert";
import manifest from "../deno.json" with { type: "json" };
import { jpegSize } from "../lib/frame/jpeg.ts";
import {
  type Certificate,
  certificateAt,
  selfSigned,
  withCertificates,
} from "./support/certificates.ts";
import { eventually } from "./support/eventually.ts";
import { partsOf } from "./support/multipart.ts";
import { clientUrl, Program, serverPort } from "./support/programs.ts";

type Name = "server" | "client";

/** Starts a program with the permissions of its task. */
function startTask(name: Name, ...args: string[]): Program {
  return new Program(Deno.execPath(), ["task", "--quiet", name, ...args]);
}

/** Which of `tries` work with the permissions of a task. */
async function possible(name: Name, ...tries: string[]): Promise<string[]> {
  const command = manifest.tasks[name].command;
  assert(command.endsWith(` ${name}.ts`));
  const probe = command.slice(0, -`${name}.ts`.length) + "tests/support/probe.ts";
  const words = tries.map((word) => `'${word}'`).join(" ");
  await using program = new Program(Deno.execPath(), ["task", "--eval", `${probe} ${words}`]);
  assertEquals(await program.ends(), 0, program.stderr);
  return JSON.parse(program.stdout);
}

const TEST = ["--device", "test", "--size", "320x240", "--host", "127.0.0.1", "--port", "0"];
const HOME = Deno.env.get("HOME")!;

Deno.test("server and client work end to end with the permissions of their tasks", async () => {
  await using server = startTask("server", ...TEST, "--http-port", "0");
  const port = await serverPort(server);
  const [here] = await server.says(/http:\/\/localhost:\d+/);
  await using client = startTask(
    "client",
    "--host",
    "127.0.0.1",
    "--port",
    port,
    "--http-port",
    "0",
  );
  for (const url of [here, await clientUrl(client)]) {
    const snapshot = await (await fetch(`${url}/snapshot`)).bytes();
    assertEquals(jpegSize(snapshot), { width: 320, height: 240 });
    const png = await (await fetch(`${url}/snapshot.png`)).bytes();
    assertEquals(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
    const page = await fetch(url, { headers: { accept: "text/html" } });
    assertMatch(await page.text(), /<title>/);
    const socket = new WebSocket(`${url}/ws`);
    const frame = await new Promise((resolve) => socket.onmessage = ({ data }) => resolve(data));
    assert(frame instanceof Blob && frame.size > 0);
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
    const { decode } = await (await fetch(`${url}/state`)).json();
    assertEquals([decode.mode, decode.error], ["check", null]);
  }
  assertEquals(client.stderr.includes("NotCapable"), false, client.stderr);
});

Deno.test("the client's task can draw a notice", async () => {
  await using client = startTask(
    "client",
    "--host",
    "127.0.0.1",
    "--port",
    "1",
    "--http-port",
    "0",
  );
  const parts = partsOf(await fetch(`${await clientUrl(client)}/stream`));
  const { value } = await parts.next();
  assertEquals(jpegSize(value!.body), { width: 1280, height: 720 });
  await parts.return(undefined);
});

Deno.test("tasks can use certificates and transforms in the folder", async () => {
  const folder = await Deno.makeTempDir({ dir: "tests" });
  try {
    const { certFile, keyFile } = await selfSigned(folder);
    const token = ["--token", "horse battery staple"];
    const tls = ["--cert", certFile, "--key", keyFile];
    await using server = startTask("server", ...TEST, ...tls, ...token);
    const port = await serverPort(server);
    await using client = startTask("client", ...token, ...[
      ...["--port", port, "--ca", certFile, "--http-port", "0"],
      ...["--transform", "examples/transforms/timestamp.ts"],
    ]);
    const url = await clientUrl(client);
    assertEquals((await fetch(`${url}/snapshot`)).status, 200);
    await client.says(/the transform works/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tasks renew certificates in folders of certbot's kind, which are links to another one", async () => {
  const folder = await Deno.makeTempDir();
  await withCertificates(async (one, other) => {
    try {
      const path = (name: string) => `${folder}/live/${name}.pem`;
      const renew = async (number: number, certificate: Certificate) => {
        for (const name of ["cert", "key"] as const) {
          const file = `archive/${name}${number}.pem`;
          await Deno.writeTextFile(`${folder}/${file}`, certificate[name]);
          await Deno.symlink(`../${file}`, `${folder}/new`);
          await Deno.rename(`${folder}/new`, path(name));
        }
      };
      for (const name of ["live", "archive"]) await Deno.mkdir(`${folder}/${name}`);
      await renew(1, one);
      const pair = (prefix: string) => [
        ...[`--${prefix}cert`, path("cert"), `--${prefix}key`, path("key")],
      ];
      const start = (name: Name, ...args: string[]) =>
        new Program(Deno.execPath(), ["task", "--quiet", name, ...args], {
          SOCKETCAM_READ: folder,
        });
      await using server = start("server", ...TEST, "--http-port", "0", ...pair(""));
      const port = await serverPort(server);
      const [, here] = await server.says(/https:\/\/localhost:(\d+)/);
      const to = ["--host", "127.0.0.1", "--port", port, "--ca", path("cert"), "--http-port", "0"];
      await using client = start("client", ...to, ...pair("http-"));
      const ports = [port, here, new URL(await clientUrl(client)).port];
      for (const port of ports) assertEquals(await certificateAt(Number(port)), one.cert);
      await renew(2, other);
      await Promise.all([server, client].map((program) => program.says(/cert.pem was renewed/)));
      for (const port of ports) assertEquals(await certificateAt(Number(port)), other.cert);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("tasks cannot read files outside the folder, and errors name the variable that allows it", async () => {
  const file = await Deno.makeTempFile();
  try {
    const hint = `put SOCKETCAM_READ=${file} in front of deno task, or use deno run -A`;
    const cases: [Program, number][] = [
      [startTask("server", "--device", file, "--port", "0"), 1],
      [startTask("server", "--cert", file), 2],
      [startTask("client", "--ca", file), 2],
      [startTask("client", "--http-user", "a:b", "--link-key", file), 2],
      [startTask("client", "--transform", file, "--http-port", "0"), 1],
    ];
    for (const [program, status] of cases) {
      await using _ = program;
      assertEquals(await program.ends(), status, program.stderr);
      assert(program.stderr.includes(hint), program.stderr);
      assert(!/^\s+at /m.test(program.stderr), `a stack trace: ${program.stderr}`);
    }
    const args = ["task", "--quiet", "server", "--cert", file];
    await using allowed = new Program(Deno.execPath(), args, { SOCKETCAM_READ: file });
    assertEquals(await allowed.ends(), 2);
    assertMatch(allowed.stderr, /It must be a PEM file/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("the server's task runs the programs that SOCKETCAM_RUN names, and leaves nothing of them behind", async () => {
  const hint =
    "put SOCKETCAM_RUN=sh in front of deno task, or start it with --allow-run=sh as well";
  const folder = await Deno.makeTempDir();
  try {
    const picture = `ffmpeg -v error -f lavfi -i testsrc2=s=64x48 -frames:v 1 -f mjpeg -`;
    const script = `${picture}; sleep 1000 & echo $! >"$0"; wait`;
    const device = ["--device", `exec:sh -c '${script}' ${folder}/pid`, "--port", "0"];
    await using forbidden = startTask("server", ...device);
    assertEquals(await forbidden.ends(), 1);
    assert(forbidden.stderr.includes(hint), forbidden.stderr);
    const args = ["task", "--quiet", "server", ...device];
    await using server = new Program(Deno.execPath(), args, { SOCKETCAM_RUN: "sh" });
    await server.says(/listening on .* \(camera: sh, JPEGs of a program, copied\)/);
    const pid = async () => (await Deno.readTextFile(`${folder}/pid`).catch(() => "")).trim();
    await eventually(async () => await pid() !== "", () => "the shell has started nothing");
    await server[Symbol.asyncDispose]();
    const ps = new Deno.Command("ps", { args: ["-o", "stat=", "-p", await pid()] });
    const isGone = async () =>
      !/^[^Z\s]/.test(new TextDecoder().decode((await ps.output()).stdout));
    await eventually(isGone, () => "it runs on");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the server's task lists the webcams of this machine", async () => {
  await using server = startTask("server", "--list", "--json");
  assertEquals(await server.ends(), 0, server.stderr);
  assert(Array.isArray(JSON.parse(server.stdout)));
});

Deno.test("the server's task lets ffmpeg follow a link to a webcam", async () => {
  const link = "/dev/v4l/by-id/none";
  await using server = startTask("server", "--device", link, "--port", "0");
  await server.says(/camera lost: Cannot read "\/dev\/v4l\/by-id\/none": .*No such file/);
});

Deno.test("programs name a missing permission in one sentence", async () => {
  const run = (...args: string[]) => new Program(Deno.execPath(), ["run", "--no-prompt", ...args]);
  const most = ["--allow-net", "--allow-env", "--allow-sys"];
  const cases: [Program, RegExp][] = [
    [
      run("--allow-env=WS_*", "server.ts"),
      /^server: Deno does not allow env access to SOCKETCAM_\w+; .*\n$/,
    ],
    [
      run(...most, "server.ts", ...TEST),
      /^server: .* run access to ffmpeg; .*--allow-run=ffmpeg .*\n$/,
    ],
    [
      run(...most, "client.ts", "--http-port", "0"),
      /^client: .* read access to .*check_worker.ts; put SOCKETCAM_READ=.* or use deno run -A\n$/,
    ],
  ];
  for (const [program, sentence] of cases) {
    await using _ = program;
    assertEquals(await program.ends(), 1);
    assertMatch(program.stderr, sentence);
  }
});

Deno.test("the server's task can read only its folder, write nothing, and run only its own programs", async () => {
  const allowed = ["run:ffmpeg", "read:deno.json"];
  const forbidden = [
    ...[`read:${HOME}`, `read:${HOME}/.ssh`, "read:/etc/passwd", "read:..", "write:x", "env:HOME"],
    ...["run:sh", `run:${Deno.execPath()}`, "run:/bin/ls"],
  ];
  assertEquals(await possible("server", ...allowed, ...forbidden), allowed);
});

Deno.test("the client's task can read only its folder, write nothing, and run no program", async () => {
  const forbidden = [
    ...[`read:${HOME}`, `read:${HOME}/.ssh`, "read:/etc/passwd", "read:..", "write:x", "env:HOME"],
    ...["run:ffmpeg", "run:v4l2-ctl", "run:sh", `run:${Deno.execPath()}`],
  ];
  assertEquals(await possible("client", "read:deno.json", ...forbidden), ["read:deno.json"]);
});
