/**
 * The ways from a camera to a viewer that the bench compares, each made of programs.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { freePort } from "../../tests/support/ports.ts";
import { clientUrl, serverPort } from "../../tests/support/programs.ts";
import { deno, Process, python } from "./process.ts";
import { ROOT } from "./versions.ts";

/** A running way. Disposing of it ends its programs. */
export interface Way extends AsyncDisposable {
  /** Makes the frames, and understands `rate 30` and `rate max`. Without one, takers set the rate. */
  readonly source?: Process;
  /** Takes the frames, and understands `measure 2.5`. It has had its first frame. */
  readonly sink: Process;
  /** When the sink had its first frame, in milliseconds since 1970. */
  readonly firstAt: number;
  /** The programs in between, in order: the camera's end first. */
  readonly movers: readonly Process[];
}

/** Where the two ends run, and how the viewer's end reaches the camera's. */
export interface Ends {
  /** The command that starts programs at the camera's end. */
  readonly near: readonly string[];
  /** The command that starts programs at the viewer's end. */
  readonly far: readonly string[];
  /** The address of the camera's end, seen from the viewer's. */
  readonly host: string;
}

/** Both ends on this machine, over loopback. */
export const LOOPBACK: Ends = { near: [], far: [], host: "127.0.0.1" };

/** Starts a way for the frames of a folder. */
export type StartWay = (folder: string, ends: Ends) => Promise<Way>;

/** Programs in the order they were started; they end in reverse order. */
export class Programs implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  start(name: string, command: readonly string[], within: readonly string[]): Process {
    return this.#stack.use(new Process(name, command, within));
  }

  /** Returns what `build` makes; if it fails, ends the programs it has started. */
  static async build<Built extends object>(
    build: (programs: Programs) => Promise<Built>,
  ): Promise<Built & AsyncDisposable> {
    await using programs = new Programs();
    const built = await build(programs);
    const running = programs.#stack.move();
    return { ...built, [Symbol.asyncDispose]: () => running.disposeAsync() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** The port that a program of the bench listens on, as it prints it. */
export async function portOf(program: Process): Promise<number> {
  return (await program.answer<{ port: number }>()).port;
}

/** Starts the bench's camera; returns it and its URL at its own end. */
export async function startCamera(programs: Programs, folder: string, { near }: Ends) {
  const camera = programs.start("camera", python("support/camera.py", folder), near);
  return { camera, url: `http://127.0.0.1:${await portOf(camera)}/` };
}

async function startViewer(
  programs: Programs,
  form: "http" | "parts" | "wire",
  [host, port, path]: readonly [host: string, port: number, path?: string],
  { far }: Ends,
): Promise<Pick<Way, "sink" | "firstAt">> {
  const args = [form, host, String(port), ...path ? [path] : []];
  const sink = programs.start("viewer", python("support/viewer.py", ...args), far);
  return { sink, firstAt: await firstFrame(sink) };
}

/** When a sink has its first frame, in milliseconds since 1970. */
async function firstFrame(sink: Process): Promise<number> {
  return (await sink.answer<{ first: number }>()).first;
}

async function startClient(
  programs: Programs,
  root: string,
  port: number | string,
  args: string[],
  ends: Ends,
) {
  const { host, far } = ends;
  const command = deno(root, "client.ts", "--host", host, "--port", `${port}`, "--http-port", "0");
  const client = programs.start("client.ts", [...command, ...args], far);
  const url = new URL(await clientUrl(client));
  const viewer = await startViewer(programs, "http", ["127.0.0.1", +url.port, "/stream"], ends);
  return { client, ...viewer };
}

/** `server.ts` and `client.ts` of a checkout, started as a user does, with a network camera. */
export function socketcam(root: string, ...clientArgs: string[]): StartWay {
  return (folder, ends) =>
    Programs.build(async (programs) => {
      const { camera, url } = await startCamera(programs, folder, ends);
      const host = ends === LOOPBACK ? "127.0.0.1" : "0.0.0.0";
      const args = ["--device", url, "--host", host, "--port", "0"];
      const server = programs.start("server.ts", deno(root, "server.ts", ...args), ends.near);
      const port = await serverPort(server);
      const { client, ...viewer } = await startClient(programs, root, port, clientArgs, ends);
      return { source: camera, movers: [server, client], ...viewer };
    });
}

/** The server's socket with frames from memory, as in a program that uses the library. */
export function socketcamFromMemory(root: string, ...clientArgs: string[]): StartWay {
  return (folder, ends) =>
    Programs.build(async (programs) => {
      const command = deno(root, "bench/support/serve.ts", folder);
      const server = programs.start("server", command, ends.near);
      const port = await portOf(server);
      const { client, ...viewer } = await startClient(programs, root, port, clientArgs, ends);
      return { movers: [server, client], ...viewer };
    });
}

/** `server.ts` alone, and a client that only reads. */
export function serverAlone(root: string): StartWay {
  return (folder, ends) =>
    Programs.build(async (programs) => {
      const { camera, url } = await startCamera(programs, folder, ends);
      const args = ["--device", url, "--host", "127.0.0.1", "--port", "0"];
      const server = programs.start("server.ts", deno(root, "server.ts", ...args), ends.near);
      const port = Number(await serverPort(server));
      const viewer = await startViewer(programs, "wire", [ends.host, port], ends);
      return { source: camera, movers: [server], ...viewer };
    });
}

/** `cat` copies ffmpeg's frames from a pipe to a socket: the least work possible. */
export const cat: StartWay = piped("cat", (port) => `cat > /dev/tcp/127.0.0.1/${port}`);

/** A loop in Deno does the same: the least work possible there. */
export const pump: StartWay = piped(
  "pump.ts",
  (port) => deno(ROOT, "bench/support/pump.ts", `${port}`).join(" "),
);

/** A command for bash copies ffmpeg's frames from a pipe to a port. */
function piped(name: string, command: (port: number) => string): StartWay {
  return (folder, ends) =>
    Programs.build(async (programs) => {
      const { camera, url } = await startCamera(programs, folder, ends);
      const port = freePort();
      // The viewer listens, because bash can only connect.
      const sink = programs.start(
        "viewer",
        python("support/viewer.py", "listen", "127.0.0.1", String(port)),
        ends.far,
      );
      await sink.listens(port);
      const ffmpeg = `ffmpeg -nostdin -v error -fflags nobuffer -f mpjpeg -i ${url} -c:v copy ` +
        "-an -f mpjpeg -flush_packets 1 pipe:1";
      // The shell becomes the command, and ffmpeg its child, as it is the child of server.ts.
      const script = `exec < <(exec ${ffmpeg}); exec ${command(port)}`;
      const mover = programs.start(name, ["bash", "-c", script], ends.near);
      return { source: camera, movers: [mover], sink, firstAt: await firstFrame(sink) };
    });
}

/** A server and a client in Python, as in tutorials. */
export function tutorial(...how: ("jpeg" | "sized")[]): StartWay {
  return (folder, ends) =>
    Programs.build(async (programs) => {
      const script = "peers/socket_tutorial.py";
      const host = ends === LOOPBACK ? "127.0.0.1" : "0.0.0.0";
      const server = programs.start(
        "server",
        python(script, "server", folder, host, ...how),
        ends.near,
      );
      const port = await portOf(server);
      const args = ["client", ends.host, String(port), ...how];
      const client = programs.start("client", python(script, ...args), ends.far);
      const firstAt = await firstFrame(client);
      return { source: server, movers: [server, client], sink: client, firstAt };
    });
}

/** Two GStreamer processes, one after the other. */
export const gstreamer: StartWay = (folder, ends) =>
  relays("GStreamer", folder, ends, (input, port) => [
    ...["gst-launch-1.0", "-q", ...input, "!", "multipartdemux", "!"],
    ...["multipartmux", "boundary=frame", "!"],
    ...["tcpserversink", "host=0.0.0.0", `port=${port}`, "sync=false"],
  ], {
    url: (url) => ["souphttpsrc", `location=${url}`, "is-live=true", "blocksize=262144"],
    tcp: (host, port) => ["tcpclientsrc", `host=${host}`, `port=${port}`, "blocksize=262144"],
  });

/** Two ffmpeg processes, one after the other; each takes one viewer. */
export const ffmpegListen: StartWay = (folder, ends) =>
  relays("ffmpeg", folder, ends, (input, port) => [
    ...["ffmpeg", "-nostdin", "-v", "error", "-fflags", "nobuffer", "-f", "mpjpeg", ...input],
    ...["-c:v", "copy", "-an", "-flush_packets", "1", "-f", "mpjpeg"],
    ...["-listen", "1", `tcp://0.0.0.0:${port}`],
  ], {
    url: (url) => ["-i", url],
    tcp: (host, port) => ["-i", `tcp://${host}:${port}`],
  });

function relays(
  name: string,
  folder: string,
  ends: Ends,
  command: (input: string[], port: number) => string[],
  input: { url: (url: string) => string[]; tcp: (host: string, port: number) => string[] },
): Promise<Way> {
  return Programs.build(async (programs) => {
    const { camera, url } = await startCamera(programs, folder, ends);
    const [port, next] = [freePort(), freePort()];
    const server = programs.start(`${name}, server`, command(input.url(url), port), ends.near);
    await server.listens(port);
    const [program, ...args] = command(input.tcp(ends.host, port), next);
    const client = programs.start(`${name}, client`, [program, ...args], ends.far);
    await client.listens(next);
    const viewer = await startViewer(programs, "parts", ["127.0.0.1", next], ends);
    return { source: camera, movers: [server, client], ...viewer };
  });
}

/**
 * How long `server.ts` takes from a client's connection to its first frame while its camera sleeps,
 * in milliseconds. It waits `apart` milliseconds first, so that several do not wake at the same time.
 */
export async function wake(root: string, folder: string, apart: number): Promise<number> {
  await using way = await Programs.build(async (programs) => {
    const { url } = await startCamera(programs, folder, LOOPBACK);
    const args = ["--device", url, "--host", "127.0.0.1", "--port", "0"];
    const server = programs.start("server.ts", deno(root, "server.ts", ...args), []);
    const port = Number(await serverPort(server));
    while ((await server.children()).length > 0) await delay(100);
    await delay(apart);
    const viewer = programs.start(
      "viewer",
      python("support/viewer.py", "wire", "127.0.0.1", `${port}`),
      [],
    );
    return await viewer.answer<{ connected: number; first: number }>();
  });
  return way.first - way.connected;
}
