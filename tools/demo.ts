/**
 * The whole way on one machine: installs what is missing, starts server.ts and client.ts as two
 * processes, and says where to look. The picture is the webcam's, or a test picture without one.
 *
 * @module
 */

import { listWebcams } from "../lib/camera/find_webcam.ts";
import { print } from "../lib/cli/log.ts";
import { installProgram } from "./setup.ts";

const ROOT = new URL("../", import.meta.url);

/** Starts a program of ours; what it says is shown as it comes. */
function start(script: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
  }).spawn();
}

/** Shows a program's stdout, and gives the first line of it. */
async function firstLine(child: Deno.ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const decoder = new TextDecoder();
  let text = "";
  (async () => {
    for await (const chunk of child.stdout) {
      await Deno.stdout.write(chunk);
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    }
    reject(new Error("it has ended"));
  })();
  return await promise;
}

/** Runs until the user ends it, or one of the two programs ends. */
async function demo(): Promise<number> {
  await installProgram();
  const device = (await listWebcams()).length > 0 ? "auto" : "test";
  print(
    device === "auto"
      ? "demo: there is a webcam, so it is the webcam"
      : "demo: there is no webcam, so it is ffmpeg's test picture",
  );
  print("demo: starting server.ts, which reads the camera and serves it on a socket");
  const server = start("server.ts", "--device", device, "--host", "127.0.0.1", "--port", "0");
  const programs = [server];
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => programs.forEach((program) => end(program)));
  }
  try {
    const port = /:(\d+) \(/.exec(await firstLine(server))![1];
    print("demo: starting client.ts, which receives it and shows it to the browser");
    const client = start("client.ts", "--port", port);
    programs.push(client);
    const address = /http:[^ ]+/.exec(await firstLine(client))![0];
    print(`\n    Open ${address} in a browser. Ctrl+C ends it.\n`);
    const { code } = await Promise.race(programs.map(({ status }) => status));
    return code;
  } catch {
    // The program has said why.
    return 1;
  } finally {
    for (const program of programs) end(program);
    await Promise.all(programs.map(({ status }) => status));
  }
}

function end(program: Deno.ChildProcess): void {
  try {
    program.kill("SIGTERM");
  } catch {
    // It has ended by itself.
  }
}

if (import.meta.main) Deno.exit(await demo());
