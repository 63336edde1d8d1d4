/**
 * Makes a certificate for TLS and HTTPS: `deno task cert camera.lan 192.168.1.20`. Without names, it is
 * for this machine's. mkcert makes it if that is installed, otherwise openssl.
 *
 * @module
 */

import "../lib/cli/deno_version.ts";
import { Command, CommanderError } from "@commander-js/extra-typings";
import { isIP } from "node:net";
import { networkHosts } from "../lib/cli/summary.ts";
import { complain, print } from "../lib/cli/terminal.ts";

/** How long it is valid, in days; Apple's systems refuse more. */
const DAYS = 825;
/** The names of every machine for itself. */
const HERE = ["localhost", "127.0.0.1", "::1"];
const HOST_NAME =
  /^(?=.{1,253}$)(\*\.)?[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i;

/** Where the certificate and its key go, and its names and addresses. */
interface Order {
  readonly cert: string;
  readonly key: string;
  /** Where the certificate of its authority goes, if it has one. */
  readonly ca: string;
  readonly names: readonly string[];
}

/** What the user can change. */
class CertError extends Error {}

const MAKERS: Readonly<Record<string, (order: Order) => Promise<void>>> = {
  async mkcert({ cert, key, ca, names }) {
    await run("mkcert", ["-cert-file", cert, "-key-file", key, ...names]);
    const folder = (await run("mkcert", ["-CAROOT"])).trim();
    Deno.writeTextFileSync(ca, Deno.readTextFileSync(`${folder}/rootCA.pem`));
  },
  async openssl({ cert, key, names }) {
    const alternatives = names.map((name) => `${isIP(name) ? "IP" : "DNS"}:${name}`);
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", key, "-out", cert, "-days", String(DAYS), "-subj", "/CN=socketcam"],
      ...["-addext", `subjectAltName=${alternatives}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", "extendedKeyUsage=serverAuth"],
    ]);
  },
};

/** Runs a program and returns what it says; undefined if it is not installed. */
async function start(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] })
      .output();
    const [said, wrong] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new CertError(`${program} has failed: ${wrong.trim()}`);
    return said;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const said = await start(program, args);
  if (said === undefined) throw new CertError(`${program} is not installed`);
  return said;
}

/** The first maker that is installed. */
async function maker(): Promise<string> {
  if (await start("mkcert", ["-version"]) !== undefined) return "mkcert";
  if (await start("openssl", ["version"]) !== undefined) return "openssl";
  throw new CertError("neither mkcert nor openssl is installed; install one: apt install openssl");
}

/** Creates empty files that only this user can read, so that nothing is overwritten. */
function reserve(...files: string[]): Disposable {
  using stack = new DisposableStack();
  for (const file of files) {
    try {
      Deno.openSync(file, { createNew: true, write: true, mode: 0o600 }).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) {
        throw new CertError(`${file} cannot be written: ${(error as Error).message}`);
      }
      throw new CertError(`${file} is there already; move it away, or choose a folder with --in`);
    }
    stack.defer(() => Deno.removeSync(file));
  }
  return stack.move();
}

async function main(args: readonly string[]): Promise<void> {
  const parsed = new Command("deno task cert")
    .description("Makes a certificate for TLS and HTTPS; without names, for this machine.")
    .argument("[names...]", "host names and addresses; localhost is always included")
    .option("--in <folder>", "where to put cert.pem and key.pem", ".")
    .exitOverride()
    .parse(args, { from: "user" });
  const given = parsed.args.length > 0 ? parsed.args : networkHosts();
  const wrong = given.find((name) => isIP(name) === 0 && !HOST_NAME.test(name));
  if (wrong !== undefined) {
    throw new CertError(`"${wrong}" is neither a name nor an address: camera.lan or 192.168.1.20`);
  }
  const folder = parsed.opts().in === "." ? "" : `${parsed.opts().in}/`;
  const [cert, key, ca] = ["cert", "key", "ca"].map((name) => `${folder}${name}.pem`);
  const names = [...new Set([...given, ...HERE])];
  const tool = await maker();
  using reserved = new DisposableStack();
  reserved.use(reserve(cert, key, ...tool === "mkcert" ? [ca] : []));
  await MAKERS[tool]({ cert, key, ca, names });
  // The certificate was made, so the files stay.
  reserved.move();
  const trusted = tool === "mkcert" ? ca : cert;
  // The tasks may read this folder only.
  const read = /^\/|\.\./.test(folder) ? `SOCKETCAM_READ=${folder} ` : "";
  print([
    `cert: ${cert} and ${key} are made by ${tool}, for ${names.join(", ")}`,
    "",
    "Start both programs with it:",
    `  ${read}deno task server --cert ${cert} --key ${key}`,
    `  ${read}deno task client --host ${
      names[0]
    } --ca ${trusted} --http-cert ${cert} --http-key ${key}`,
    "",
    tool === "mkcert"
      ? "Browsers of this machine trust it after: mkcert -install"
      : "Browsers show a warning until you make them trust the certificate.",
    `Another machine needs a copy of ${trusted}. How browsers and others trust it: docs/https.md`,
  ].join("\n"));
}

try {
  await main(Deno.args);
} catch (error) {
  if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
  if (!(error instanceof CertError)) throw error;
  complain(`cert: ${error.message}`);
  Deno.exit(1);
}
