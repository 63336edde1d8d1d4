import { assertEquals, assertThrows } from "@std/assert";
import { CertificateError } from "../../lib/access/certificate.ts";
import { receive } from "../../lib/client/receive.ts";
import { listen } from "../../lib/server/listen.ts";
import { createNonce, fingerprint, firstCertificate, sign } from "../../lib/wire/authentication.ts";
import { certificateAt, withCertificates } from "../support/certificates.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";
import { WireClient } from "../support/wire_client.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const token = "secret";

Deno.test("listen() shows a renewed certificate, and its clients stay connected", async () => {
  await withCertificates(async ({ cert, key }, other) => {
    const camera = new FakeCamera();
    const events: string[] = [];
    const onClient = ({ type }: { type: string }) => events.push(type);
    await using server = listen(camera, { host: HOST, port: 0, token, cert, key, onClient });
    const { port } = server.address;
    await using receiver = receive(HOST, { port, token, ca: cert });
    const publishing = setInterval(() => camera.frames.publish(frameOf(picture)), 20);
    try {
      using frames = receiver.frames.subscribe();
      await frames.next();
      assertEquals(await certificateAt(port), cert);
      server.renew(other);
      assertEquals(await certificateAt(port), other.cert);
      assertThrows(() => server.renew({ cert, key: other.key }), CertificateError);
      assertEquals(await certificateAt(port), other.cert);
      for (let i = 0; i < 3; i++) await frames.next();
      await using second = receive(HOST, { port, token, ca: other.cert });
      using others = second.frames.subscribe();
      await others.next();
      assertEquals(events.filter((type) => type === "left"), []);
    } finally {
      clearInterval(publishing);
    }
  });
});

Deno.test("listen() admits a client that has seen the old certificate before it was renewed", async () => {
  await withCertificates(async ({ cert, key }, other) => {
    await using server = listen(new FakeCamera(), { host: HOST, port: 0, token, cert, key });
    const { port } = server.address;
    const conn = await Deno.connectTls({ hostname: HOST, port, caCerts: [cert] });
    using client = WireClient.of(conn);
    const { nonce: theirs } = await client.messageOf("challenge");
    server.renew(other);
    const [nonce, certificate] = [createNonce(), await fingerprint(firstCertificate(cert))];
    const hmac = await sign(token, theirs + nonce + certificate);
    await client.send({ type: "hello", version: 1, hmac, nonce, certificate });
    assertEquals((await client.message()).type, "welcome");
  });
});

Deno.test("listen() without TLS has no certificate to renew", async () => {
  await using server = listen(new FakeCamera(), { host: HOST, port: 0 });
  assertThrows(() => server.renew({ cert: "", key: "" }), TypeError, "without TLS");
});
