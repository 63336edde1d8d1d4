import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Page } from "./support/packages.ts";
import { openPage } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { Pipeline } from "./support/pipeline.ts";
import { clientUrl, serverPort, startClient, startServer } from "./support/programs.ts";

/** A screenshot of the picture. */
function seen(page: Page): Promise<Uint8Array> {
  return page.locator("#picture").screenshot();
}

/** Waits until the picture changes. */
async function moves(page: Page): Promise<void> {
  const before = await seen(page);
  const isOther = async () => String(await seen(page)) !== String(before);
  await eventually(isOther, () => "the picture does not move");
}

/** The paths that viewers have open, from `/state`. */
async function watchers(url: string): Promise<string[]> {
  const { viewers } = await (await fetch(`${url}/state`)).json();
  return viewers.map(({ path }: { path: string }) => path);
}

Deno.test("the page draws a moving picture from a WebSocket, with rate, latency and size", async () => {
  await using pipeline = await Pipeline.start({ server: ["--device", "test"] });
  const { url } = pipeline;
  await using open = await openPage(url);
  const { page, complaints } = open;
  await page.getByText(/^\d+\.\d( of \d+\.\d)? fps$/).waitFor();
  await page.getByText(/^\d+ ms$/).waitFor();
  assertEquals(await page.locator("#verdict").textContent(), "Live");
  assertEquals(await page.locator("#name").textContent(), "test picture");
  assertEquals(await page.locator("#size").textContent(), "1280×720");
  assertMatch(await page.locator("#data").textContent() ?? "", /^\d+\.\d Mbit\/s$/);
  assertEquals(await page.title(), "test picture – socketcam");
  assert((await seen(page)).length > 10_000, "the picture is blank");
  await moves(page);
  assertEquals(await watchers(url), ["/ws"]);
  assertEquals(complaints, []);
});

Deno.test("the page recovers by itself when server and client are killed and restarted", async () => {
  const serverArgs = ["--device", "test", "--host", "127.0.0.1", "--port"];
  let server = startServer(...serverArgs, "0");
  const port = await serverPort(server);
  const clientArgs = ["--host", "127.0.0.1", "--port", port, "--http-port"];
  let client = startClient(...clientArgs, "0");
  const url = await clientUrl(client);
  try {
    await using open = await openPage(url);
    const { page } = open;
    await page.evaluate("globalThis.isStillTheSame = true");
    const live = page.locator("#verdict", { hasText: "Live" });
    await live.waitFor();
    await moves(page);

    server.kill("SIGKILL");
    await page.getByRole("heading", { name: "Server not reached" }).waitFor();
    await page.getByText(`No server at 127.0.0.1:${port}: Connection refused`).waitFor();
    await page.getByText(/^Next try in \d+ s$|^Trying now$/).waitFor();
    await page.getByText(/^Last picture at .+, \d+ s ago$/).waitFor();
    server = startServer(...serverArgs, port);
    await live.waitFor();
    await moves(page);

    client.kill("SIGKILL");
    await page.getByRole("heading", { name: "Viewer gone" }).waitFor();
    client = startClient(...clientArgs, new URL(url).port);
    await live.waitFor();
    await moves(page);
    assertEquals(await page.evaluate("globalThis.isStillTheSame"), true);
    assertEquals(await watchers(url), ["/ws"]);
  } finally {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("the page says why a client that was connected is refused, and goes on once it is let in", async () => {
  const serverArgs = ["--device", "test", "--host", "127.0.0.1", "--port"];
  await using first = startServer(...serverArgs, "0");
  const port = await serverPort(first);
  await using client = startClient("--host", `127.0.0.1:${port}`, "--http-port", "0");
  await using open = await openPage(await clientUrl(client));
  const { page } = open;
  const live = page.locator("#verdict", { hasText: "Live" });
  await live.waitFor();
  first.kill("SIGTERM");
  await first.ends();
  {
    await using other = startServer(...serverArgs, port, "--token", "changed");
    await page.getByRole("heading", { name: "Refused" }).waitFor();
    await page.getByText(`127.0.0.1:${port}: this server needs a token`, { exact: true }).waitFor();
    await page.getByText(/^Next try in \d s$|^Trying now$/).waitFor();
    await client.says(/needs a token; give it with --token; trying again, next in/);
    await serverPort(other);
  }
  await using _ = startServer(...serverArgs, port);
  await live.waitFor();
});

Deno.test("the page shows a transform's error and draws the motion", async () => {
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(module, `export default () => {\n  throw new Error("as asked");\n};`);
  const programs = { server: ["--device", "test"], client: ["--transform", module] };
  await using pipeline = await Pipeline.start(programs);
  try {
    await using open = await openPage(pipeline.url);
    const { page } = open;
    const hasText = `Shown untransformed: ${module}:2: as asked`;
    await page.locator("#verdict", { hasText }).waitFor();
    // The test picture moves, so the newest bars are not flat.
    await page.locator("#bars:not([d$='M59 1V1h0.8V1z'])[d*='M59 1V0.']").waitFor({
      state: "attached",
    });
    assertNotEquals(await page.locator("#graph").getAttribute("aria-label"), "Motion");
  } finally {
    await Deno.remove(module);
  }
});
