import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createNonce, sign, verify } from "../../lib/wire/authentication.ts";

Deno.test("sign() gives the HMAC-SHA256 of the nonce's bytes under the token", async () => {
  // RFC 4231, test case 2.
  const nonce = new TextEncoder().encode("what do ya want for nothing?").toHex();
  assertEquals(
    await sign("Jefe", nonce),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

Deno.test("verify() takes what sign() gave for this nonce and this token, and nothing else", async () => {
  const nonce = createNonce();
  const hmac = await sign("secret", nonce);
  assertEquals(await verify("secret", nonce, hmac), true);
  assertEquals(await verify("Secret", nonce, hmac), false);
  assertEquals(await verify("secret", createNonce(), hmac), false);
  for (const wrong of ["", "00", hmac.slice(2), hmac + "00", "no hex", hmac.replace(/.$/, "x")]) {
    assertEquals(await verify("secret", nonce, wrong), false, wrong);
  }
});

Deno.test("verify() takes nothing for the HMAC of a nonce that is not hex", async () => {
  const hmac = await sign("secret", "");
  for (const nonce of ["zz", "0", createNonce() + "x"]) {
    assertEquals(await verify("secret", nonce, hmac), false, nonce);
    await assertRejects(() => sign("secret", nonce));
  }
});

Deno.test("createNonce() never gives the same twice", () => {
  const nonces = Array.from({ length: 100 }, createNonce);
  assertEquals(new Set(nonces).size, nonces.length);
  assertNotEquals(nonces[0].length, 0);
});
