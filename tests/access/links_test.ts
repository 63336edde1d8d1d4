import { assert, assertEquals, assertThrows } from "@std/assert";
import { Links, MAX_LINK_MS } from "../../lib/access/links.ts";

const key = Links.createKey();
const soon = () => Date.now() + 60_000;

/** The status of a refusal, or 200. Each comes from another address, so that none is held back. */
async function statusOf(links: Links, link: string, camera: string | undefined): Promise<number> {
  const address = `192.0.2.${addresses++ % 250}`;
  const permit = await links.judge(link, camera, address);
  return "status" in permit ? permit.status : 200;
}
let addresses = 0;

Deno.test("a link shows its camera until it expires, and no other", async () => {
  const links = new Links(key);
  for (const camera of ["1", "porch", "garden/left", 'a","b', "Zoë"]) {
    const link = links.sign(camera, soon());
    assertEquals(await statusOf(links, link, camera), 200);
    assertEquals(await statusOf(new Links(key), link, camera), 200);
    for (const other of ["2", `${camera}x`, "", undefined]) {
      assertEquals(await statusOf(links, link, other), 403);
    }
  }
  const permit = await links.judge(links.sign("1", Date.now() - 1000), "1", "192.0.2.1");
  assertEquals(permit, { status: 403, reason: "This link has expired" });
});

Deno.test("a link that was changed, or made with another key, shows nothing", async () => {
  const links = new Links(key);
  const link = links.sign("1", soon());
  const [time, proof] = link.split(".");
  const changed = [
    ...[`${Number(time) + 1}.${proof}`, `${time}.${proof.slice(1)}`, `${time}.${proof}x`, proof],
    ...[
      `0${link}`,
      `${link} `,
      "",
      ".",
      `${time}.`,
      `${time}.${"A".repeat(43)}`,
      "x".repeat(16_000),
    ],
    ...[new Links(Links.createKey()).sign("1", soon())],
  ];
  for (const wrong of changed) assertEquals(await statusOf(links, wrong, "1"), 403, wrong);
  assertEquals(await statusOf(links, link, "1"), 200);
});

Deno.test("another key revokes all links, including those in use, and without a key no link is valid", async () => {
  const links = new Links(key);
  const link = links.sign("1", soon());
  const permit = await links.judge(link, "1", "192.0.2.1");
  assert("isOver" in permit && !permit.isOver());
  links.renew(Links.createKey());
  assert(permit.isOver());
  assertEquals(await statusOf(links, link, "1"), 403);
  assertThrows(() => links.renew("short"), TypeError);
  assertEquals(await statusOf(links, link, "1"), 403);
  assertThrows(() => links.sign("1", soon()), TypeError);
});

Deno.test("a link is valid for a year at most", () => {
  const links = new Links(key);
  for (const at of [Date.now() + MAX_LINK_MS + 60_000, Infinity, NaN]) {
    assertThrows(() => links.sign("1", at), RangeError);
  }
});

Deno.test("a key of links is long", () => {
  for (const key of ["", "secret", "ab".repeat(31), "xy".repeat(32), "ab".repeat(33)]) {
    assertThrows(() => new Links(key), TypeError, "64 hex digits");
  }
});
