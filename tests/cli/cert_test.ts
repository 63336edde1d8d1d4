import { assert, assertEquals, assertMatch } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { checkPair } from "../../lib/access/certificate.ts";
import { clientUrl, Program, serverPort } from "../support/programs.ts";

/** Runs the task with these programs as all that is installed. */
async function cert(folder: string, tools: readonly string[], ...args: string[]) {
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin, { recursive: true });
  for (const tool of tools) {
    await Deno.symlink(`/usr/bin/${tool}`, `${bin}/${tool}`).catch(() => {});
  }
  const env = { PATH: bin, CAROOT: `${folder}/authority` };
  const run = ["run", "-A", "tools/cert.ts", "--in", folder, ...args];
  await using program = new Program(Deno.execPath(), run, env);
  return { code: await program.ends(), program };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const tool of ["openssl", "mkcert"]) {
  Deno.test(`deno task cert makes a certificate for all names with ${tool}, and both programs start as it says`, async () => {
    await inFolder(async (folder) => {
      const { code, program: { stdout, stderr } } = await cert(
        folder,
        tool === "openssl" ? ["openssl"] : ["openssl", "mkcert"],
        ...["cam.example.org", "192.0.2.7", "2001:db8::7"],
      );
      assertEquals(code, 0, stderr);
      assertMatch(stdout, new RegExp(`are made by ${tool}, for cam.example.org, 192.0.2.7, `));
      const [pem, key] = ["cert", "key"].map((name) =>
        Deno.readTextFileSync(`${folder}/${name}.pem`)
      );
      checkPair({ cert: pem, key });
      assertEquals(Deno.statSync(`${folder}/key.pem`).mode! & 0o777, 0o600);
      const names = new X509Certificate(pem).subjectAltName!.split(", ").sort();
      const other = (text: string) => /^IP Address:.*:/.test(text) ? "IP6" : text;
      assertEquals(names.map(other), [
        ...["DNS:cam.example.org", "DNS:localhost", "IP Address:127.0.0.1", "IP Address:192.0.2.7"],
        ...["IP6", "IP6"],
      ]);
      const [server, client] = ["server", "client"].map((name) => {
        const line =
          new RegExp(`^  SOCKETCAM_READ=${folder}/ deno task ${name} (.+)$`, "m").exec(stdout)![1];
        return line.replace("--host cam.example.org", "--host localhost").split(" ");
      });
      const run = (name: string, ...args: string[]) =>
        new Program(Deno.execPath(), ["task", "--quiet", name, ...args], {
          SOCKETCAM_READ: folder,
        });
      await using camera = run("server", ...server, "--device", "test", "--port", "0");
      const port = ["--port", await serverPort(camera), "--http-port", "0"];
      await using viewers = run("client", ...client, ...port);
      const url = await clientUrl(viewers);
      const ca = client[client.indexOf("--ca") + 1];
      using http = Deno.createHttpClient({ caCerts: [Deno.readTextFileSync(ca)] });
      const snapshot = await fetch(`${url}/snapshot`, { client: http });
      assertEquals(snapshot.status, 200);
      await snapshot.body?.cancel();
    });
  });
}

Deno.test("deno task cert overwrites neither a certificate nor a key, and leaves nothing half made", async () => {
  for (const name of ["cert", "key"]) {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/${name}.pem`, "mine");
      const { code, program: { stderr } } = await cert(folder, ["openssl"], "x");
      assertEquals(code, 1);
      assertMatch(
        stderr,
        new RegExp(`^cert: .*/${name}.pem is there already; move it away, .*\n$`),
      );
      assertEquals(await Deno.readTextFile(`${folder}/${name}.pem`), "mine");
      const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assertEquals(files, ["bin", `${name}.pem`]);
    });
  }
});

Deno.test("deno task cert says what is wrong in one sentence", async () => {
  await inFolder(async (folder) => {
    for (const name of ["https://x", "a b", "x:8080", "-x", "a..b", "IP:1.2.3.4,DNS:x"]) {
      const { code, program: { stderr } } = await cert(folder, ["openssl"], "--", name);
      assertEquals([code, stderr], [
        1,
        `cert: "${name}" is neither a name nor an address: camera.lan or 192.168.1.20\n`,
      ]);
    }
    const { code, program: { stderr } } = await cert(`${folder}/none`, [], "x");
    assertEquals([code, stderr], [
      1,
      "cert: neither mkcert nor openssl is installed; install one: apt install openssl\n",
    ]);
  });
});

Deno.test("deno task cert without names is for this machine", async () => {
  await inFolder(async (folder) => {
    const { code, program: { stdout } } = await cert(folder, ["openssl"]);
    assertEquals(code, 0);
    assert(stdout.includes(`${Deno.hostname().split(".")[0]}.local`), stdout);
  });
});
