import { assertEquals } from "@std/assert";
import type { KeyPair } from "../../lib/access/certificate.ts";
import { keepRenewed } from "../../lib/cli/certificates.ts";
import { type Certificate, withCertificates } from "../support/certificates.ts";
import { eventually } from "../support/eventually.ts";

/** Files as certbot keeps them: links to numbered files, which are replaced. */
class Live {
  readonly files: { readonly certFile: string; readonly keyFile: string };
  #number = 0;

  constructor(readonly folder: string) {
    Deno.mkdirSync(`${folder}/archive`);
    Deno.mkdirSync(`${folder}/live`);
    this.files = { certFile: `${folder}/live/cert.pem`, keyFile: `${folder}/live/key.pem` };
  }

  /** Replaces the link of one file by one to a new file. */
  link(name: "cert" | "key", text: string): void {
    const file = `${name}${++this.#number}.pem`;
    Deno.writeTextFileSync(`${this.folder}/archive/${file}`, text);
    Deno.symlinkSync(`../archive/${file}`, `${this.folder}/live/new`);
    Deno.renameSync(`${this.folder}/live/new`, `${this.folder}/live/${name}.pem`);
  }
}

/** What a program does with renewed certificates, and what it says. */
interface Watched {
  readonly live: Live;
  readonly used: KeyPair[];
  readonly said: string[];
}

async function watching(
  test: (watched: Watched, one: Certificate, other: Certificate) => Promise<void>,
): Promise<void> {
  await withCertificates(async (one, other) => {
    const folder = await Deno.makeTempDir();
    try {
      const live = new Live(folder);
      live.link("cert", one.cert);
      live.link("key", one.key);
      const [used, said]: [KeyPair[], string[]] = [[], []];
      const say = (message: string) => void said.push(message.replaceAll(folder, ""));
      using _ = keepRenewed(
        { pem: { cert: one.cert, key: one.key }, ...live.files },
        [{ renew: (pair) => used.push(pair) }],
        { info: say, warn: say },
      );
      await test({ live, used, said }, one, other);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a certificate is renewed when its links are replaced, one after the other", async () => {
  await watching(async ({ live, used, said }, one, other) => {
    for (const { cert, key } of [other, one]) {
      const count = used.length;
      live.link("cert", cert);
      live.link("key", key);
      await eventually(() => used.length > count, () => "nothing was renewed");
      assertEquals(used.at(-1), { cert, key });
    }
    assertEquals(said, Array(2).fill("the certificate in /live/cert.pem was renewed"));
  });
});

Deno.test("a certificate is renewed when its files are written in place", async () => {
  await watching(async ({ live, used }, _, { cert, key }) => {
    await Deno.writeTextFile(live.files.keyFile, key);
    await Deno.writeTextFile(live.files.certFile, cert);
    await eventually(() => used.length > 0, () => "nothing was renewed");
    assertEquals(used, [{ cert, key }]);
  });
});

Deno.test("a new certificate that cannot be used is not used, which is said once", async () => {
  await watching(async ({ live, used, said }, _, { cert, key }) => {
    const refused =
      "/live/cert.pem and /live/key.pem have changed and cannot be used; the old ones " +
      "stay: ";
    live.link("cert", cert);
    await eventually(() => said.length > 0, () => "nothing was said");
    live.link("key", key.slice(0, 100));
    await eventually(() => said.length > 1, () => "nothing was said");
    assertEquals([used, said], [[], [
      `${refused}The key does not belong to the certificate`,
      `${refused}The key is damaged, needs a password, or is not a key`,
    ]]);
    // The rest of the file comes.
    live.link("key", key);
    await eventually(() => used.length > 0, () => "nothing was renewed");
    assertEquals([used, said.length], [[{ cert, key }], 3]);
  });
});

Deno.test("a certificate that changed before it is watched is renewed at once", async () => {
  await withCertificates((one, { cert, key, certFile, keyFile }) => {
    const used: KeyPair[] = [];
    const log = { info() {}, warn() {} };
    const renew = (pair: KeyPair) => used.push(pair);
    keepRenewed({ pem: one, certFile, keyFile }, [{ renew }], log)[Symbol.dispose]();
    assertEquals(used, [{ cert, key }]);
    return Promise.resolve();
  });
});
