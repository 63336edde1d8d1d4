/**
 * What `client.ts` may be told.
 *
 * @module
 */

import { DEFAULT_PORT } from "../wire/protocol.ts";
import { command, list, option, pem, port, token, wholeNumber } from "./options.ts";
import { UsageError } from "./usage_error.ts";

/** The port that viewers open, if nobody says otherwise. */
export const DEFAULT_HTTP_PORT = 8080;
/** How many decoders run at most, if nobody says otherwise. */
export const MAX_DEFAULT_WORKERS = 4;

/** Reads the command line and the environment. */
export function readClientOptions(args: string[]) {
  const cores = navigator.hardwareConcurrency;
  const { httpUser, ...options } = command(
    "client.ts",
    "Shows a socketcam server's pictures on a local HTTP port.",
  )
    .addOption(option("--host <address>", "the server").default("localhost"))
    .addOption(option("--port <n>", "the server's port").argParser(port).default(DEFAULT_PORT))
    .addOption(option("--token <text>", "what the server may ask for").argParser(token))
    .addOption(option("--tls", "speak TLS with the server"))
    .addOption(
      option("--ca <file>", "trust the certificates of this issuer too; means --tls")
        .argParser(pem("CERTIFICATE")),
    )
    .addOption(option("--http-host <address>", "where viewers open it").default("127.0.0.1"))
    .addOption(
      option("--http-port <n>", "the port there, 0 picks one")
        .argParser(port).default(DEFAULT_HTTP_PORT),
    )
    .addOption(option("--http-user <name:password>", "what viewers must know"))
    .addOption(
      option("--allow-host <names>", "answer to these names as well, as a proxy uses").argParser(
        list,
      ),
    )
    .addOption(
      option("--allow-origin <origins>", "let pages from there read the answers; * is all (CORS)")
        .argParser(list),
    )
    .addOption(option("--transform <module>", "your TypeScript on every picture"))
    .addOption(
      option("--no-decode", "pass pictures on undecoded").conflicts("transform"),
    )
    .addOption(
      option("--workers <n>", "decoders at most")
        .argParser(wholeNumber(1, 64))
        .default(Math.min(cores, MAX_DEFAULT_WORKERS), `cores, at most ${MAX_DEFAULT_WORKERS}`),
    )
    .addOption(option("--open", "open the browser"))
    .parse(args, { from: "user" })
    .opts();
  return { ...options, credentials: httpUser === undefined ? undefined : credentials(httpUser) };
}

/** Reads what a viewer must know. What is wrong with it is said without saying it. */
function credentials(text: string): { name: string; password: string } {
  const [, name, password] = /^([^:]+):(.+)$/s.exec(text) ?? [];
  if (password !== undefined) return { name, password };
  throw new UsageError("--http-user takes NAME:PASSWORD, neither of them empty");
}
