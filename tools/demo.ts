/**
 * Shows socketcam on one machine: installs what is missing, starts server.ts and client.ts, and
 * prints the address to open. Without a webcam it shows a test picture.
 *
 * @module
 */

import { listWebcams } from "../lib/camera/find_webcam.ts";
import { print } from "../lib/cli/terminal.ts";
import { installProgram } from "./setup.ts";

const ROOT = new URL("../", import.meta.url);

/** Starts server.ts or client.ts. Its stderr goes to this terminal. */
function start(script: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
  }).spawn();
}

/** Copies a program's stdout to this terminal; returns its first line. */
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
    reject(new Error("the program ended"));
  })();
  return await promise;
}

/** Runs until the user or one of the two programs ends it; returns the exit status. */
async function demo(): Promise<number> {
  await installProgram();
  const device = (await listWebcams()).length > 0 ? "auto" : "test";
  print(
    device === "auto"
      ? "demo: there is a webcam here; showing it"
      : "demo: there is no webcam here; showing ffmpeg's test picture",
  );
  print("demo: starting server.ts, which reads the camera and sends its frames over a socket");
  const server = start("server.ts", "--device", device, "--host", "127.0.0.1", "--port", "0");
  const programs = [server];
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => programs.forEach((program) => end(program)));
  }
  try {
    const port = /:(\d+) \(/.exec(await firstLine(server))![1];
    print("demo: starting client.ts, which receives the frames and shows them to the browser");
    const client = start("client.ts", "--port", port);
    programs.push(client);
    const address = /http:[^ ]+/.exec(await firstLine(client))![0];
    print(`\n    Open ${address} in a browser. Ctrl+C ends it.\n`);
    const { code } = await Promise.race(programs.map(({ status }) => status));
    return code;
  } catch {
    // The program itself has reported why.
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
    // It has already ended.
  }
}

if (import.meta.main) Deno.exit(await demo());
