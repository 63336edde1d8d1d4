import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CertificateError } from "../../lib/access/certificate.ts";
import { type Certificate, certificateAt, withCertificates } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";
import { ownedFrameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { read, STREAM, TestServer } from "../support/viewer_server.ts";

let [one, other]: Certificate[] = [];
await withCertificates((...both) => Promise.resolve(void ([one, other] = both)));
const [picture] = await testPictures(1);

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

Deno.test("serveHttp() shows a renewed certificate, and its streams go on", async () => {
  const { cert, key } = one;
  await using server = await TestServer.start({ cert, key });
  using connection = await Deno.connectTls({ port: server.port, caCerts: [cert] });
  await connection.write(new TextEncoder().encode(STREAM));
  await eventually(() => server.frames.subscribers > 0, () => "nobody watches");
  const pictureComes = async () => {
    const frame = ownedFrameOf(picture);
    const jpeg = new TextDecoder("latin1").decode(frame.bytes);
    let text = "";
    server.frames.publish(frame);
    while (!text.endsWith(jpeg)) {
      const byte = await read(connection, 1);
      assert(byte !== "", "the stream has ended");
      text += byte;
    }
  };
  assertEquals(await certificateAt(server.port), cert);
  await pictureComes();
  server.renew(other);
  assertEquals(await certificateAt(server.port), other.cert);
  await pictureComes();
  // One that cannot be used changes nothing.
  assertThrows(() => server.renew({ cert, key: other.key }), CertificateError);
  assertEquals(await certificateAt(server.port), other.cert);
  await pictureComes();
});

Deno.test("serveHttp() without HTTPS has no certificate to renew", async () => {
  await using server = await TestServer.start();
  assertThrows(() => server.renew(one), TypeError, "without HTTPS");
});
