import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { Settle } from "../camera/settle.ts";
import { DEFAULT_PORT, MAX_CLIENTS } from "../wire/protocol.ts";
import { cameraSpecs, collected, controlValues, repeated, settings } from "./camera_spec.ts";
import { ACCESS_HINTS, command, GROUP, Options, parse, pem, port, wholeNumber } from "./options.ts";
import { pairOf } from "./certificates.ts";
import { linksOf } from "./link_key.ts";
import { tokenOf, warningsOf } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";

/** The longest side of a frame that can be asked for, in pixels: that of a JPEG. */
export const MAX_SIDE = 65_535;
/** The most frames a second that can be asked for. */
export const MAX_FPS = 1000;
/** The most frames that can be dropped when the camera starts. */
export const MAX_SETTLE_FRAMES = 1000;
/** The longest time that can be dropped when the camera starts, in milliseconds. */
export const MAX_SETTLE_MS = 60_000;

/** The options of server.ts, in the order of `--help`. */
export function serverCommand() {
  const options = new Options("server");
  return command("server", "Streams a webcam over a socket.", [
    "--http-port 8080       # and open http://localhost:8080",
    "--device rtsp://192.168.1.9/live --token-file secret.txt",
  ])
    .optionsGroup(GROUP.camera)
    .addOption(
      options.one(
        "--device <input>",
        "auto, 0, /dev/video0, part of a name, rpicam, test, a video file, a URL, exec:COMMAND; " +
          "repeat it, and name them, for several: porch=0",
      )
        .argParser(repeated).default(undefined, "auto"),
    )
    .addOption(
      options.one("--size <WxH>", "the largest frame wanted; for one camera: porch=640x480")
        .argParser(settings(size)).default(undefined, "1280x720"),
    )
    .addOption(
      options.one("--fps <n>", "the most frames a second wanted")
        .argParser(settings(wholeNumber(1, MAX_FPS))).default(undefined, "30"),
    )
    .addOption(
      options.one("--quality <n>", "1 to 100, for frames encoded here")
        .argParser(settings(wholeNumber(1, 100))).default(undefined, "80"),
    )
    .addOption(
      options.one("--filter <graph>", "an ffmpeg filter graph, such as transpose=1")
        .argParser(collected),
    )
    .addOption(
      options.one("--rotate <degrees>", "turn every frame clockwise: 90, 180 or 270")
        .argParser(settings(oneOf([0, 90, 180, 270]))),
    )
    .addOption(
      options.one("--flip <h or v>", "then mirror it left to right, or upside down")
        .argParser(settings(oneOf(["h", "v"]))),
    )
    .addOption(
      options.one("--settle <n>", "frames (20) or time (500ms) to drop when the camera starts")
        .argParser(settle),
    )
    .addOption(
      options.one("--set <control=n>", "set a control at each start of the camera: brightness=10")
        .argParser(controlValues),
    )
    .addOption(options.one("--list-controls", "show what --set can set, and exit"))
    .addOption(options.one("--always-on", "keep the camera running while nobody watches"))
    .addOption(options.one("--wait", "wait for a camera that is not there yet"))
    .addOption(options.one("--list", "show the webcams and their modes, and exit"))
    .addOption(options.one("--json", "with --list or --list-controls: as JSON"))
    .optionsGroup(GROUP.viewers)
    .addOption(
      options.one("--http-port <n>", "serve viewers from here too; 0 picks a port").argParser(port),
    )
    .addOption(options.allowHost())
    .addOption(options.allowOrigin())
    .addOption(options.trustProxy())
    .addOption(options.linkKey())
    .optionsGroup(GROUP.network)
    .addOption(options.one("--host <address>", "where to listen").default("0.0.0.0"))
    .addOption(
      options.one("--port <n>", "the port; 0 picks one").argParser(port).default(DEFAULT_PORT),
    )
    .addOption(
      options.one("--max-clients <n>", "clients at the same time")
        .argParser(wholeNumber(1, 10_000)).default(MAX_CLIENTS),
    )
    .optionsGroup(GROUP.access)
    .addOption(options.token("the secret that a client must know"))
    .addOption(options.tokenFile())
    .addOption(options.one("--allow-control", "let everybody who may watch change the controls"))
    .addOption(
      options.one("--cert <file>", "use TLS with this certificate").argParser(pem("CERTIFICATE")),
    )
    .addOption(options.one("--key <file>", "the key of --cert").argParser(pem("PRIVATE KEY")));
}

/** Reads the command line and the environment. @throws {UsageError} */
export function readServerOptions(args: readonly string[]) {
  const {
    tokenFile,
    device,
    size,
    fps,
    quality,
    filter,
    rotate,
    flip,
    set,
    cert,
    key,
    ...options
  } = parse(
    "server",
    serverCommand(),
    args,
  );
  const pair = pairOf({ cert, key }, ["--cert", "--key"]);
  if (options.json && !options.list && !options.listControls) {
    throw new UsageError("--json goes with --list and --list-controls: add --list");
  }
  const { token, secret } = tokenOf({ token: options.token, tokenFile });
  const { httpPort } = options;
  const viewers = httpPort === undefined ? undefined : {
    host: options.host,
    port: httpPort,
    // The token is also the viewers' password, so that there is no other way in.
    credentials: token === undefined ? undefined : { password: token },
    links: linksOf(options.linkKey, token === undefined ? "--token" : undefined),
    ...pair?.pem,
    allowHosts: options.allowHost,
    allowOrigins: options.allowOrigin,
    trustProxies: options.trustProxy,
    hints: ACCESS_HINTS,
    allowControl: options.allowControl,
  };
  const cameras = cameraSpecs({ device, size, fps, quality, filter, rotate, flip, set });
  return {
    ...options,
    ...pair?.pem,
    pair,
    cameras,
    token,
    viewers,
    warnings: warningsOf(secret, options.linkKey),
  };
}

function size(text: string): { width: number; height: number } {
  const [, width, height] = (/^(\d+)x(\d+)$/.exec(text) ?? []).map(Number);
  if (width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE) {
    return { width, height };
  }
  throw new InvalidArgumentError("It takes width and height in pixels, such as 1280x720.");
}

/** Reads one of some values. */
function oneOf<const T extends string | number>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((value) => String(value) === text);
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It takes ${values.join(", ").replace(/, (\S+)$/, " or $1")}.`);
  };
}

function settle(text: string): Settle {
  const [, number, unit] = /^(\d+)(ms)?$/.exec(text) ?? [];
  const value = Number(number);
  if (unit && value <= MAX_SETTLE_MS) return { ms: value };
  if (!unit && value <= MAX_SETTLE_FRAMES) return { frames: value };
  throw new InvalidArgumentError(
    `It takes frames, such as 20, up to ${MAX_SETTLE_FRAMES}, or a time, such as 500ms, up to ${MAX_SETTLE_MS}ms.`,
  );
}
