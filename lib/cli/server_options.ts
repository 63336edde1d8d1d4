import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { DEFAULT_PORT, MAX_CLIENTS } from "../wire/protocol.ts";
import {
  ACCESS_HINTS,
  allowHost,
  allowOrigin,
  command,
  option,
  pem,
  port,
  token,
  UsageError,
  wholeNumber,
} from "./options.ts";

/** The longest side of a frame that can be asked for, in pixels: that of a JPEG. */
export const MAX_SIDE = 65_535;
/** The most frames a second that can be asked for. */
export const MAX_FPS = 1000;

/** Reads the command line and the environment. */
export function readServerOptions(args: string[]) {
  const options = command("server.ts", "Streams a webcam over a socket.")
    .addOption(
      option("--device <input>", "auto, 0, /dev/video0, part of a name, test, a video file, a URL")
        .default("auto"),
    )
    .addOption(
      option("--size <WxH>", "the largest frame wanted")
        .argParser(size).default({ width: 1280, height: 720 }, "1280x720"),
    )
    .addOption(
      option("--fps <n>", "frames a second").argParser(wholeNumber(1, MAX_FPS)).default(30),
    )
    .addOption(
      option("--quality <n>", "1 to 100, for frames that are encoded here")
        .argParser(wholeNumber(1, 100)).default(80),
    )
    .addOption(option("--filter <graph>", "an ffmpeg filter graph (transpose=1, drawtext=...)"))
    .addOption(option("--host <address>", "where to listen").default("0.0.0.0"))
    .addOption(option("--port <n>", "the port, 0 picks one").argParser(port).default(DEFAULT_PORT))
    .addOption(option("--token <text>", "the secret that a client must know").argParser(token))
    .addOption(
      option("--cert <file>", "use TLS with this certificate").argParser(pem("CERTIFICATE")),
    )
    .addOption(option("--key <file>", "the key of --cert").argParser(pem("PRIVATE KEY")))
    .addOption(
      option("--max-clients <n>", "clients at the same time")
        .argParser(wholeNumber(1, 10_000)).default(MAX_CLIENTS),
    )
    .addOption(
      option("--http-port <n>", "serve viewers from here too, 0 picks a port").argParser(port),
    )
    .addOption(allowHost)
    .addOption(allowOrigin)
    .addOption(option("--always-on", "keep the camera running while nobody watches"))
    .addOption(new Option("--list", "show the webcams and their modes, and exit"))
    .addOption(new Option("--json", "with --list: as JSON"))
    .parse(args, { from: "user" })
    .opts();
  if ((options.cert === undefined) !== (options.key === undefined)) {
    throw new UsageError("--cert and --key go together: give both, or neither");
  }
  const { httpPort } = options;
  const viewers = httpPort === undefined ? undefined : {
    host: options.host,
    port: httpPort,
    // There is no second way in: the token is the viewers' password too.
    credentials: options.token === undefined ? undefined : { password: options.token },
    cert: options.cert,
    key: options.key,
    allowHosts: options.allowHost,
    allowOrigins: options.allowOrigin,
    hints: ACCESS_HINTS,
  };
  return { ...options, viewers };
}

function size(text: string): { width: number; height: number } {
  const [, width, height] = (/^(\d+)x(\d+)$/.exec(text) ?? []).map(Number);
  if (width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE) {
    return { width, height };
  }
  throw new InvalidArgumentError("It takes width and height in pixels, as 1280x720.");
}
