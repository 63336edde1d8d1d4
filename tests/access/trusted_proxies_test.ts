import { assertEquals, assertThrows } from "@std/assert";
import { TrustedProxies } from "../../lib/access/trusted_proxies.ts";

Deno.test("the sender is the last address that no trusted proxy has", () => {
  const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]);
  const cases: [peer: string, forwarded: string | null, sender: string][] = [
    ["127.0.0.1", null, "127.0.0.1"],
    ["127.0.0.1", "203.0.113.5", "203.0.113.5"],
    ["::ffff:127.0.0.1", "203.0.113.5", "203.0.113.5"],
    ["::1", "2001:db8::5", "2001:db8::5"],
    ["127.0.0.1", "203.0.113.5, 10.1.2.3", "203.0.113.5"],
    ["127.0.0.1", "203.0.113.5,fd12::1 ,10.1.2.3", "203.0.113.5"],
    // As some proxies write it.
    ["127.0.0.1", "203.0.113.5:4711", "203.0.113.5"],
    ["127.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"],
    ["127.0.0.1", "[2001:db8::5]", "2001:db8::5"],
    ["127.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"],
    // Everybody in between is trusted: the first is the sender.
    ["127.0.0.1", "10.0.0.9, 10.0.0.1", "10.0.0.9"],
  ];
  for (const [peer, forwarded, sender] of cases) {
    assertEquals(proxies.senderOf(peer, forwarded), sender, `${peer}: ${forwarded}`);
  }
});

Deno.test("nobody can forge an address, neither without a proxy nor before a proxy's entries", () => {
  const proxies = new TrustedProxies(["127.0.0.1", "10.0.0.0/8"]);
  const cases: [peer: string, forwarded: string, sender: string][] = [
    ["203.0.113.5", "192.0.2.1", "203.0.113.5"],
    ["11.0.0.1", "192.0.2.1", "11.0.0.1"],
    ["127.0.0.1", "192.0.2.1, 203.0.113.5", "203.0.113.5"],
    ["127.0.0.1", "10.0.0.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"],
    // Anything but an address does not name the sender.
    ["127.0.0.1", "192.0.2.1, unknown", "127.0.0.1"],
    ["127.0.0.1", "192.0.2.1, unknown, 10.0.0.1", "10.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
    ["127.0.0.1", ",,,", "127.0.0.1"],
    ["127.0.0.1", "203.0.113.5, ", "127.0.0.1"],
    ["127.0.0.1", "203.0.113.999", "127.0.0.1"],
    ["127.0.0.1", "\u001b[31m", "127.0.0.1"],
    ["127.0.0.1", "fe80::1%eth0", "127.0.0.1"],
    ["127.0.0.1", "[203.0.113.5", "127.0.0.1"],
    ["127.0.0.1", "1".repeat(16_000), "127.0.0.1"],
    ["", "203.0.113.5", ""],
  ];
  for (const [peer, forwarded, sender] of cases) {
    assertEquals(proxies.senderOf(peer, forwarded), sender, `${peer}: ${forwarded}`);
  }
  assertEquals(new TrustedProxies([]).senderOf("127.0.0.1", "203.0.113.5"), "127.0.0.1");
});

Deno.test("a proxy is an address or a network, and never everybody", () => {
  for (
    const proxy of ["", "x", "10.0.0.0/33", "::/129", "0.0.0.0/0", "::/0", "10.0.0.1/", "1.2.3"]
  ) {
    assertThrows(() => new TrustedProxies([proxy]), TypeError, "is not an address");
  }
});
