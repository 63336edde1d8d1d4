import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Links } from "../../lib/access/links.ts";
import { keepLinkKey, readLinkKey } from "../../lib/cli/link_key.ts";
import { openPage } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { Pipeline } from "../support/pipeline.ts";
import { Program, startClient, startServer } from "../support/programs.ts";

/** Runs the task; `lines` is what it prints on stdout. */
async function link(...args: string[]) {
  await using program = new Program(Deno.execPath(), ["run", "-A", "tools/link.ts", ...args]);
  const code = await program.ends();
  return { code, lines: program.stdout.split("\n").filter(Boolean), words: program.stderr };
}

async function withKey(test: (key: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(`${folder}/link.key`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a page of another site shows a camera by a link, until that is revoked", async () => {
  await withKey(async (key) => {
    const made = await link("--camera", "garden", "--key", key);
    assertMatch(made.words, /link.key is made; start client.ts with --link-key/);
    assertEquals(Deno.statSync(key).mode! & 0o777, 0o600);
    await using way = await Pipeline.start({
      server: ["--device", "porch=test", "--device", "garden=test", "--size", "320x240"],
      client: ["--http-user", "me:secret", "--link-key", key],
    });
    const { lines: [stream, snapshot] } = await link(
      ...["--camera", "garden", "--for", "1h", "--key", key, "--url", way.url],
    );
    const stranger = await fetch(snapshot.replace("garden", "porch"));
    assertEquals([stranger.status, await stranger.text()], [
      403,
      "This link is not for this, or was revoked\n",
    ]);
    await using site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      const page = `<link rel="icon" href="data:,"><img src="${stream}"><img src="${snapshot}">`;
      return new Response(page, { headers: { "content-type": "text/html" } });
    });
    await using open = await openPage(`http://127.0.0.1:${site.addr.port}/`);
    const widths = () =>
      open.page.evaluate("[...document.images].map(({ naturalWidth }) => naturalWidth)");
    await eventually(
      async () => String(await widths()) === "320,320",
      () => `the page shows no picture: ${open.complaints}`,
    );
    const headers = { authorization: `Basic ${btoa("me:secret")}` };
    const viewers = async () =>
      (await (await fetch(`${way.url}/garden/state`, { headers })).json()).viewers;
    assertEquals((await viewers()).map(({ path }: { path: string }) => path), [
      "/garden/stream?link=***",
    ]);
    const revoked = await link("--key", key, "--revoke");
    assertEquals([revoked.code, revoked.lines], [0, []]);
    await eventually(async () => (await viewers()).length === 0, () => "the stream goes on");
    const after = await fetch(snapshot);
    assertEquals(after.status, 403);
    await after.body?.cancel();
  });
});

Deno.test("deno task link says what is wrong in one sentence", async () => {
  await withKey(async (key) => {
    const cases: [string[], number, RegExp][] = [
      [["--for", "2w"], 2, /takes 90m, 12h or 7d/],
      [["--for", "367d"], 2, /a year \(366d\) at most/],
      [["--for", "0d"], 2, /takes 90m/],
      [["--url", "cam.example.org"], 2, /an address such as https/],
      [["--key", "LICENSE"], 1, /^link: LICENSE cannot be used: .*more than one line.*\n$/],
      [["--key", "deno.lock/x"], 1, /^link: .+\n$/],
    ];
    for (const [args, code, words] of cases) {
      const outcome = await link(...args.includes("--key") ? [] : ["--key", key], ...args);
      assertEquals([outcome.code, outcome.lines], [code, []], outcome.words);
      assertMatch(outcome.words, words);
    }
  });
});

Deno.test("deno task link keeps the path of a proxy, and escapes a camera's name", async () => {
  await withKey(async (key) => {
    const { lines } = await link(
      ...["--key", key, "--camera", "x/my porch", "--url", "https://cam.example.org/cam"],
    );
    assert(lines[0].startsWith("https://cam.example.org/cam/x/my%20porch/stream?link="), lines[0]);
  });
});

Deno.test("--link-key needs a password beside it, and a key", async () => {
  await withKey(async (key) => {
    await link("--key", key);
    const cases: [Program, RegExp][] = [
      [startClient("--link-key", key), /everybody may watch: add --http-user/],
      [startServer("--link-key", key, "--http-port", "0"), /everybody may watch: add --token/],
      [startClient("--http-user", "a:b", "--link-key", "deno.json"), /more than one line/],
    ];
    for (const [program, words] of cases) {
      await using _ = program;
      assertEquals(await program.ends(), 2);
      assertMatch(program.stderr, words);
    }
  });
});

/** Writes a file in one step: half of it is never seen. */
async function replace(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, text);
  await Deno.rename(`${path}.new`, path);
}

Deno.test("the key of links is read again when its file changes, and no link is valid while the file has no key", async () => {
  await withKey(async (key) => {
    await link("--key", key);
    const first = readLinkKey(key);
    const links = new Links(first.text);
    const said: string[] = [];
    const say = (message: string) => void said.push(message.replace(key, "KEY"));
    // It is replaced before anybody looks.
    await link("--key", key, "--revoke");
    using _ = keepLinkKey(first, links, { info: say, warn: say });
    const soon = Date.now() + 60_000;
    const second = readLinkKey(key).text;
    assertEquals(links.sign("1", soon), new Links(second).sign("1", soon));
    await replace(key, "no key");
    await eventually(() => said.length > 1, () => "nothing was said");
    assertThrows(() => links.sign("1", soon), TypeError);
    await replace(key, second);
    await eventually(() => said.length > 2, () => "nothing was said");
    assertEquals(links.sign("1", soon), new Links(second).sign("1", soon));
    assertEquals(said, [
      "KEY has changed: links made before are revoked",
      "KEY has changed and contains no key, so no link is valid: A key of links has 64 hex digits",
      "KEY has changed: links made before are revoked",
    ]);
  });
});
