import { InvalidArgumentError } from "@commander-js/extra-typings";
import { DEFAULT_WORKERS, MAX_DEFAULT_WORKERS } from "../decode/decode_frames.ts";
import { DEFAULT_HTTP_PORT } from "../http/serve_http.ts";
import { DEFAULT_PORT } from "../wire/protocol.ts";
import {
  ACCESS_HINTS,
  command,
  GROUP,
  list,
  Options,
  parse,
  pem,
  port,
  wholeNumber,
} from "./options.ts";
import { pairOf } from "./certificates.ts";
import { linksOf } from "./link_key.ts";
import { readCredential, readSecret, tokenOf, warningsOf } from "./secrets.ts";
import { UsageError } from "./usage_error.ts";

/** The server by default. */
const LOCALHOST: ServerAddress = { host: "localhost" };

interface ServerAddress {
  readonly host: string;
  readonly port?: number;
}

/** The options of client.ts, in the order of `--help`. */
export function clientCommand() {
  const options = new Options("client");
  return command("client", "Shows the frames of a socketcam server on a local HTTP port.", [
    "--host raspberrypi.local --open",
    "--host x:9999 --http-host 0.0.0.0 --http-user me:secret",
  ])
    .optionsGroup(GROUP.server)
    .addOption(
      options.one(
        "--host <address>",
        "the server, with or without a port: x, x:9999, [::1]:9999; repeat it for several",
      )
        .argParser(serverAddresses).default(undefined, LOCALHOST.host),
    )
    .addOption(
      options.one("--port <n>", "the server's port")
        .argParser(port).default(undefined, String(DEFAULT_PORT)),
    )
    .addOption(
      options.one("--camera <name>", "only this camera; repeat it for several")
        .argParser(list).default(undefined, "all"),
    )
    .addOption(options.token("the server's secret"))
    .addOption(options.tokenFile())
    .addOption(options.one("--tls", "use TLS"))
    .addOption(
      options.one("--ca <file>", "trust certificates of this issuer too; implies --tls")
        .argParser(pem("CERTIFICATE")),
    )
    .optionsGroup(GROUP.viewers)
    .addOption(
      options.one("--http-port <n>", "the port for viewers; 0 picks one")
        .argParser(port).default(DEFAULT_HTTP_PORT),
    )
    .addOption(options.one("--open", "open the browser"))
    .optionsGroup(GROUP.access)
    .addOption(
      options.one("--http-host <address>", "where viewers connect; 0.0.0.0 admits other machines")
        .default("127.0.0.1"),
    )
    .addOption(options.one("--http-user <name:password>", "the name and password of viewers"))
    .addOption(
      options.one("--http-password-file <file>", "the password, read from a file")
        .argParser(readSecret),
    )
    .addOption(
      options.one("--http-cert <file>", "serve HTTPS with this certificate")
        .argParser(pem("CERTIFICATE")),
    )
    .addOption(
      options.one("--http-key <file>", "the key of --http-cert").argParser(pem("PRIVATE KEY")),
    )
    .addOption(options.allowHost())
    .addOption(options.allowOrigin())
    .addOption(options.trustProxy())
    .addOption(options.linkKey())
    .optionsGroup(GROUP.decoding)
    .addOption(options.one("--transform <module>", "your TypeScript on every frame"))
    .addOption(options.one("--no-decode", "pass frames on undecoded").conflicts("transform"))
    .addOption(
      options.one("--workers <n>", "at most this many decoders")
        .argParser(wholeNumber(1, 64))
        .default(DEFAULT_WORKERS, `cores, at most ${MAX_DEFAULT_WORKERS}`),
    );
}

/** Reads the command line and the environment. @throws {UsageError} */
export function readClientOptions(args: readonly string[]) {
  const parsed = parse("client", clientCommand(), args);
  const { httpUser, httpPasswordFile, httpCert, httpKey, ca, ...others } = parsed;
  const { tokenFile, host = [LOCALHOST], camera, ...options } = others;
  const pair = pairOf({ cert: httpCert, key: httpKey }, ["--http-cert", "--http-key"]);
  const servers = host.map((server) => ({
    host: server.host,
    port: portOf(server, options.port),
  }));
  const { token, secret } = tokenOf({ token: options.token, tokenFile });
  const isWhole = httpUser?.includes(":");
  if (isWhole && httpPasswordFile) {
    throw new UsageError("--http-user has a password already: leave out --http-password-file");
  }
  const password = isWhole ? undefined : httpPasswordFile ?? readCredential("http-password");
  const entry = credentials(httpUser, password?.text);
  return {
    ...options,
    /** The first one. */
    ...servers[0],
    servers,
    cameras: camera,
    ca: ca?.text,
    token,
    pair,
    viewers: {
      host: options.httpHost,
      port: options.httpPort,
      credentials: entry,
      links: linksOf(options.linkKey, entry ? undefined : "--http-user"),
      ...pair?.pem,
      allowHosts: options.allowHost,
      allowOrigins: options.allowOrigin,
      trustProxies: options.trustProxy,
      hints: ACCESS_HINTS,
      // The server decides.
      allowControl: true,
    },
    warnings: warningsOf(secret, password, options.linkKey),
  };
}

/** A server's own port, or the one of `--port`. @throws {UsageError} when they differ. */
function portOf({ port }: ServerAddress, other: number | undefined): number {
  if (port === undefined || other === undefined || port === other) {
    return port ?? other ?? DEFAULT_PORT;
  }
  throw new UsageError(`--host names port ${port} and --port names ${other}: leave one out`);
}

/** Reads the viewers' name and password. Its errors do not repeat them. */
function credentials(
  user: string | undefined,
  secret: string | undefined,
): { name?: string; password: string } | undefined {
  if (user === undefined) return secret === undefined ? undefined : { password: secret };
  if (secret !== undefined && user !== "") return { name: user, password: secret };
  const [, name, password] = /^([^:]+):(.+)$/s.exec(user) ?? [];
  if (password !== undefined) return { name, password };
  throw new UsageError(
    "--http-user takes NAME:PASSWORD, neither of them empty, or NAME with --http-password-file",
  );
}

/** Reads servers separated by commas, or one a line; an option given twice adds up. */
function serverAddresses(text: string, before: readonly ServerAddress[] = []): ServerAddress[] {
  const words = list(text, []);
  // An empty text is reported as a wrong address.
  return [...before, ...(words.length > 0 ? words : [text]).map(serverAddress)];
}

/** Reads `x`, `x:9999`, `::1` or `[::1]:9999`. */
function serverAddress(text: string): ServerAddress {
  // More than one colon without brackets is an IPv6 address.
  const [, inner, name, digits] = /^(?:\[(.+)\]|([^:]*))(?::([^:]*))?$/.exec(text) ?? [, text];
  const host = inner ?? name;
  if (!host || /[\s/@]/.test(text)) {
    throw new InvalidArgumentError("It takes a name or an address: x, x:9999 or [::1]:9999.");
  }
  return digits === undefined ? { host } : { host, port: serverPort(digits) };
}

const serverPort = wholeNumber(1, 65_535);
