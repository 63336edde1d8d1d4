import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { receive } from "../../lib/client/receive.ts";
import { RefusedError } from "../../lib/client/refused_error.ts";
import { type ClientEvent, listen } from "../../lib/server/listen.ts";
import { type Certificate, selfSigned, withCertificates } from "../support/certificates.ts";
import { FakeCamera, frameOf } from "../support/frames.ts";
import { testPictures } from "../support/pictures.ts";

const [picture] = await testPictures(1);
const HOST = "127.0.0.1";
const token = "secret";

/** Ends TLS with its own certificate, and passes everything on to a server, as a proxy does. */
class TlsProxy implements Disposable {
  readonly #listener: Deno.TlsListener;
  readonly #open = new Set<Deno.Conn>();

  constructor({ cert, key }: Certificate, connect: () => Promise<Deno.Conn>) {
    this.#listener = Deno.listenTls({ hostname: HOST, port: 0, cert, key });
    void this.#serve(connect);
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #serve(connect: () => Promise<Deno.Conn>): Promise<void> {
    for await (const client of this.#listener) {
      this.#open.add(client);
      const server = await connect();
      this.#open.add(server);
      client.readable.pipeTo(server.writable).catch(() => {});
      server.readable.pipeTo(client.writable).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#open) {
      try {
        conn.close();
      } catch {
        // Its pipe has closed it.
      }
    }
  }
}

Deno.test("a token proves nothing through a server with another certificate, although it is trusted", async () => {
  await withCertificates(async (one, other) => {
    const ca = one.cert + other.cert;
    const camera = new FakeCamera();
    const refused = Promise.withResolvers<ClientEvent>();
    const { cert, key } = one;
    const onClient = (event: ClientEvent) => refused.resolve(event);
    await using server = listen(camera, { host: HOST, port: 0, token, cert, key, onClient });
    const { port } = server.address;
    using rogue = new TlsProxy(other, () => Deno.connectTls({ port, caCerts: [cert] }));
    await using receiver = receive(HOST, { port: rogue.port, token, ca });
    const error = await assertRejects(() => Array.fromAsync(receiver), RefusedError);
    assertStringIncludes(error.message, "the certificate that you see is not this server's");
    const event = await refused.promise;
    assertEquals([event.type, event.clients], ["refused", 0]);
  });
});

Deno.test("a client with a token sees pictures over TLS, from the server itself and behind a proxy that ends TLS", async () => {
  await withCertificates(async ({ cert, key }, other) => {
    const ca = cert + other.cert;
    const camera = new FakeCamera();
    const options = { host: HOST, port: 0, token };
    await using secure = listen(camera, { ...options, cert, key });
    await using plain = listen(camera, options);
    using proxy = new TlsProxy(other, () => Deno.connect({ port: plain.address.port }));
    for (const port of [secure.address.port, proxy.port]) {
      await using receiver = receive(HOST, { port, token, ca });
      const publishing = setInterval(() => camera.frames.publish(frameOf(picture)), 20);
      using frames = receiver.frames.subscribe();
      for (let i = 0; i < 3; i++) {
        const { value } = await frames.next();
        assert(value!.bytes.length > picture.length);
      }
      clearInterval(publishing);
    }
  });
});

Deno.test("a client with a token refuses a certificate for another name, and a server without TLS", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, key } = await selfSigned(folder, "DNS:camera.example");
    const camera = new FakeCamera();
    const options = { host: HOST, port: 0, token };
    await using named = listen(camera, { ...options, cert, key });
    await using plain = listen(camera, options);
    const cases: [number, string][] = [
      [named.address.port, "other-name"],
      [plain.address.port, "no-tls"],
    ];
    for (const [port, code] of cases) {
      await using receiver = receive(HOST, { port, token, ca: cert });
      const error = await assertRejects(() => receiver.frames.ended, RefusedError);
      assertEquals(error.code, code);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
