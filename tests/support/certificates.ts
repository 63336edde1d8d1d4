/**
 * Certificates for one test run, made by openssl.
 *
 * @module
 */

import tls from "node:tls";

/** A certificate with its key, as PEM and as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Creates a self-signed certificate for these names, with its files in `folder`. */
export async function selfSigned(
  folder: string,
  names: string = "DNS:localhost,IP:127.0.0.1",
): Promise<Certificate> {
  const [certFile, keyFile] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", keyFile, "-out", certFile, "-days", "2", "-subj", "/CN=localhost"],
      ...["-addext", `subjectAltName=${names}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ],
  }).output();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
  const [cert, key] = [certFile, keyFile].map((path) => Deno.readTextFileSync(path));
  return { cert, key, certFile, keyFile };
}

/** Runs a test with two certificates for the same name. */
export async function withCertificates(
  test: (one: Certificate, other: Certificate) => Promise<void>,
): Promise<void> {
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  try {
    const [one, other] = await Promise.all(folders.map((folder) => selfSigned(folder)));
    await test(one, other);
  } finally {
    await Promise.all(folders.map((folder) => Deno.remove(folder, { recursive: true })));
  }
}

/** The certificate that a port of this machine shows to those who connect now, as PEM. */
export async function certificateAt(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { host: "127.0.0.1", port, rejectUnauthorized: false };
  const socket = tls.connect(options, () => {
    const base64 = socket.getPeerCertificate().raw.toBase64().replace(
      /.{64}(?=.)/g,
      "$&\n",
    );
    resolve(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
  });
  socket.on("error", reject);
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
