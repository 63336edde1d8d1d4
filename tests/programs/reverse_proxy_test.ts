import { assert, assertEquals } from "@std/assert";
import { openPage } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { Pipeline } from "../support/pipeline.ts";
import { NAME, snippets, startProxy } from "../support/proxies.ts";

const DOCUMENT = "docs/reverse-proxy.md";

/** What curl gets, which finds the name on loopback. */
async function curl(url: string): Promise<{ status: string; type: string; bytes: Uint8Array }> {
  const args = ["-sk", "--max-time", "60", "-D", "/dev/stderr", url];
  const { stdout, stderr } = await new Deno.Command("curl", { args }).output();
  const head = new TextDecoder().decode(stderr);
  return {
    status: /^HTTP\/\S+ (\d+)/.exec(head)?.[1] ?? head,
    type: /^content-type: (.+?)\r?$/im.exec(head)?.[1] ?? "",
    bytes: stdout,
  };
}

/** Reads a stream until it has shown some frames. */
async function frames(url: string, count: number): Promise<void> {
  const child = new Deno.Command("curl", {
    args: ["-sk", "--max-time", "60", url],
    stdout: "piped",
  }).spawn();
  let text = "";
  const seen = () => text.match(/^x-timestamp: /gim)?.length ?? 0;
  for await (const chunk of child.stdout) {
    text += new TextDecoder("latin1").decode(chunk);
    if (seen() >= count) break;
  }
  await child.status;
  assert(seen() >= count, text.slice(0, 500));
}

const PROXIES = [
  // It adds the address that it sees, which is a trusted one here, to what the viewer says.
  { program: "nginx", language: "nginx", shown: "203.0.113.5" },
  // It believes no viewer.
  { program: "caddy", language: "caddyfile", shown: "127.0.0.1" },
] as const;

for (const { program, language, shown } of PROXIES) {
  Deno.test(`${program} shows page, wall, streams and snapshots as the document says`, async () => {
    await using way = await Pipeline.start({
      server: ["--device", "porch=test", "--device", "garden=test", "--size", "320x240"],
      client: ["--allow-host", NAME, "--trust-proxy", "127.0.0.1"],
    });
    const all = await snippets(DOCUMENT, language);
    assertEquals(all.length, 2);
    for (const snippet of all) {
      await using proxy = await startProxy(program, snippet, way.url);
      const base = `https://${NAME}:${proxy.port}${snippet.includes("/cam/") ? "/cam" : ""}`;
      for (const path of ["/snapshot", "/garden/snapshot", "/?action=snapshot_1"]) {
        const { status, type, bytes } = await curl(base + path);
        assertEquals([status, type, bytes[0]], ["200", "image/jpeg", 0xff], path);
      }
      for (const path of ["/stream", "/garden/stream"]) await frames(base + path, 3);
      const args = ["-sk", "-H", "X-Forwarded-For: 203.0.113.5", `${base}/stream`];
      const viewer = new Deno.Command("curl", { args, stdout: "null" }).spawn();
      const addresses = async () => {
        const { viewers } = await (await fetch(`${way.url}/porch/state`)).json();
        return viewers.map(({ address }: { address: string }) => address.split(":")[0]);
      };
      await eventually(
        async () => (await addresses()).includes(shown),
        () => `the client does not show ${shown}`,
      );
      viewer.kill();
      await viewer.status;
      for (const [path, watched] of [["/porch/", "/porch/ws"], ["/", "/ws"]]) {
        await using open = await openPage(base + path, { ignoreHTTPSErrors: true });
        if (path !== "/") await open.page.getByText("Live", { exact: true }).waitFor();
        let viewers: string[] = [];
        await eventually(async () => {
          const state = await (await fetch(`${way.url}/porch/state`)).json();
          viewers = state.viewers.map(({ path }: { path: string }) => path.split("?")[0]);
          return viewers.includes(watched);
        }, () => `viewers: ${viewers}`);
        assertEquals(open.complaints, []);
      }
      // A link without the slash at its end leads to the page, too.
      const { status } = await curl(`${base}/porch`);
      assertEquals(status, "308");
    }
  });
}
