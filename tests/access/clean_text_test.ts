import { assert, assertEquals } from "@std/assert";
import { addressKey } from "../../lib/access/address_key.ts";
import { cleanText, MAX_TEXT } from "../../lib/access/clean_text.ts";

Deno.test("cleanText() escapes what terminals, logs and pages would obey", () => {
  assertEquals(
    cleanText("\x1b[2Jgone\r\nserver: forged"),
    "\\u001b[2Jgone\\u000d\\u000aserver: forged",
  );
  assertEquals(cleanText("a\u0085b\u009bc\u2028d"), "a\\u0085b\\u009bc\\u2028d");
  assertEquals(cleanText("abc\u202etxt.exe\u2066"), "abc\\u202etxt.exe\\u2066");
  assertEquals(cleanText("\ud800"), "\\ud800");
  assertEquals(cleanText("Kamera – Tür 📷"), "Kamera – Tür 📷");
});

Deno.test("cleanText() shortens a long text, also one that is long only when it is escaped", () => {
  for (const text of ["x".repeat(1_000_000), "\x1b".repeat(MAX_TEXT)]) {
    assertEquals(cleanText(text).length, MAX_TEXT);
    assert(cleanText(text).endsWith("…"));
  }
  assertEquals(cleanText("x".repeat(MAX_TEXT)), "x".repeat(MAX_TEXT));
});

Deno.test("addressKey() is the address in IPv4, and the /64 network in IPv6", () => {
  const keys = {
    "192.0.2.1": "192.0.2.1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "2001:DB8:0:1::5": "2001:db8:0:1",
    "2001:0db8:0000:0001:ffff:ffff:ffff:ffff": "2001:db8:0:1",
    "fe80::1%eth0": "fe80:0:0:0",
    "::1": "0:0:0:0",
    "::": "0:0:0:0",
  };
  for (const [address, key] of Object.entries(keys)) assertEquals(addressKey(address), key);
});
