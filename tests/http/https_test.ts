import { assertEquals, assertRejects } from "@std/assert";
import { CertificateError } from "../../lib/access/certificate.ts";
import { selfSigned } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/viewer_server.ts";

const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()];
const [one, other] = await Promise.all(folders.map((folder) => selfSigned(folder)));
await Promise.all(folders.map((folder) => Deno.remove(folder, { recursive: true })));

Deno.test("serveHttp() says what is wrong with a certificate or its key", async () => {
  const { cert, key } = one;
  const cases = [
    [{ cert, key: other.key }, "mismatch"],
    [{ cert, key: key.slice(0, 100) }, "key"],
    [{ cert, key: "" }, "key"],
    [{ cert: cert.slice(0, 200), key }, "certificate"],
    [{ cert: key, key }, "certificate"],
  ] as const;
  for (const [pair, code] of cases) {
    const error = await assertRejects(() => TestServer.start(pair), CertificateError);
    assertEquals(error.code, code);
  }
});

Deno.test("serveHttp() with HTTPS accepts its own check", async () => {
  const { connect } = Deno;
  const troubles: string[] = [];
  let knocks = 0;
  Deno.connect = ((...args: Parameters<typeof connect>) => {
    knocks++;
    return connect(...args);
  }) as typeof connect;
  try {
    await using _ = await TestServer.start({
      ...{ cert: one.cert, key: one.key },
      onTrouble: (reason) => troubles.push(reason),
    });
    // Each check after the first begins when the one before has ended.
    await eventually(() => knocks >= 2, () => `${knocks} checks`);
  } finally {
    Deno.connect = connect;
  }
  assertEquals(troubles, []);
});
