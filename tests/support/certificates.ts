/**
 * Certificates for one test run, made by openssl.
 *
 * @module
 */

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
