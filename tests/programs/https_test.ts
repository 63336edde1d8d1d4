import { assertEquals, assertMatch } from "@std/assert";
import { openPage } from "../support/browser.ts";
import { selfSigned } from "../support/certificates.ts";
import { Pipeline } from "../support/pipeline.ts";

Deno.test("client.ts serves page, WebSocket and snapshot over HTTPS", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { cert, certFile, keyFile } = await selfSigned(folder);
    await using way = await Pipeline.start({
      server: ["--device", "test"],
      client: ["--http-cert", certFile, "--http-key", keyFile],
    });
    assertMatch(way.url, /^https:\/\/localhost:\d+$/);
    await using open = await openPage(way.url, { ignoreHTTPSErrors: true });
    await open.page.getByText("Live", { exact: true }).waitFor();
    assertEquals(open.complaints, []);
    using client = Deno.createHttpClient({ caCerts: [cert] });
    const get = (path: string) => fetch(`${way.url}${path}`, { client });
    const { viewers } = await (await get("/state")).json();
    assertEquals(viewers.map(({ path }: { path: string }) => path), ["/ws"]);
    assertEquals(await (await get("/healthz")).text(), "ok\n");
    const snapshot = await get("/snapshot");
    assertEquals([snapshot.status, snapshot.headers.get("content-type")], [200, "image/jpeg"]);
    await snapshot.body?.cancel();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
