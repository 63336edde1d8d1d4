import { DEFAULT_WORKERS, MAX_DEFAULT_WORKERS } from "../decode/decode_frames.ts";
import { DEFAULT_HTTP_PORT } from "../http/serve_http.ts";
import { DEFAULT_PORT } from "../wire/protocol.ts";
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

/** Reads the command line and the environment. */
export function readClientOptions(args: string[]) {
  const { httpUser, ...options } = command(
    "client.ts",
    "Shows the frames of a socketcam server on a local HTTP port.",
  )
    .addOption(option("--host <address>", "the server").default("localhost"))
    .addOption(option("--port <n>", "the server's port").argParser(port).default(DEFAULT_PORT))
    .addOption(option("--token <text>", "the server's secret").argParser(token))
    .addOption(option("--tls", "use TLS"))
    .addOption(
      option("--ca <file>", "trust certificates of this issuer too; implies --tls")
        .argParser(pem("CERTIFICATE")),
    )
    .addOption(option("--http-host <address>", "where viewers connect").default("127.0.0.1"))
    .addOption(
      option("--http-port <n>", "the port for viewers, 0 picks one")
        .argParser(port).default(DEFAULT_HTTP_PORT),
    )
    .addOption(option("--http-user <name:password>", "what viewers must enter"))
    .addOption(allowHost)
    .addOption(allowOrigin)
    .addOption(option("--transform <module>", "your TypeScript on every frame"))
    .addOption(option("--no-decode", "pass frames on undecoded").conflicts("transform"))
    .addOption(
      option("--workers <n>", "at most this many decoders")
        .argParser(wholeNumber(1, 64))
        .default(DEFAULT_WORKERS, `cores, at most ${MAX_DEFAULT_WORKERS}`),
    )
    .addOption(option("--open", "open the browser"))
    .parse(args, { from: "user" })
    .opts();
  return {
    ...options,
    viewers: {
      host: options.httpHost,
      port: options.httpPort,
      credentials: httpUser === undefined ? undefined : credentials(httpUser),
      allowHosts: options.allowHost,
      allowOrigins: options.allowOrigin,
      hints: ACCESS_HINTS,
    },
  };
}

/** Reads what viewers must enter. Its errors do not repeat it. */
function credentials(text: string): { name: string; password: string } {
  const [, name, password] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  if (password !== undefined) return { name, password };
  throw new UsageError("--http-user takes NAME:PASSWORD, neither of them empty");
}
