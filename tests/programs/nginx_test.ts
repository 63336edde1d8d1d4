import { assertEquals } from "@std/assert";
import { openPage } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { startNginx } from "../support/nginx.ts";
import { Pipeline } from "../support/pipeline.ts";

/** A name that leads to this machine in every browser, and that nobody else accepts. */
const NAME = "camera.localhost";

/** What nginx must be told so that WebSockets work; everything else is its default. */
const UPGRADE = [
  "proxy_http_version 1.1;",
  "proxy_set_header Upgrade $http_upgrade;",
  "proxy_set_header Connection upgrade;",
];

Deno.test("nginx shows the page to names that are allowed, with and without the port in Host", async () => {
  await using way = await Pipeline.start({
    server: ["--device", "test"],
    client: ["--allow-host", NAME],
  });
  for (const host of ["$host", "$http_host", "$proxy_host"]) {
    await using nginx = await startNginx(way.url, ...UPGRADE, `proxy_set_header Host ${host};`);
    await using open = await openPage(`http://${NAME}:${nginx.port}/`);
    await open.page.getByText("Live", { exact: true }).waitFor();
    assertEquals(open.complaints, []);
    const { viewers } = await (await fetch(`${way.url}/state`)).json();
    assertEquals(viewers.map(({ path }: { path: string }) => path), ["/ws"]);
    const snapshot = await fetch(`http://127.0.0.1:${nginx.port}/snapshot`);
    assertEquals([snapshot.status, snapshot.headers.get("content-type")], [200, "image/jpeg"]);
    await snapshot.body?.cancel();
  }
});

Deno.test("nginx with its defaults keeps no frames back for a viewer that does not read", async () => {
  await using way = await Pipeline.start({ server: ["--device", "test"] });
  await using nginx = await startNginx(way.url);
  using viewer = await Deno.connect({ hostname: "127.0.0.1", port: nginx.port });
  const request = `GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  await viewer.write(new TextEncoder().encode(request));
  const skipped = async () => {
    const { viewers } = await (await fetch(`${way.url}/state`)).json();
    return viewers[0]?.skipped ?? 0;
  };
  await eventually(async () => await skipped() > 30, () => "the client skips nothing");
  assertEquals(nginx.spooled(), []);
});
