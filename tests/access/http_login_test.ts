import { assertEquals } from "@std/assert";
import { HttpLogin, parseChallenges } from "../../lib/access/http_login.ts";
import { httpGet } from "../../lib/camera/http_get.ts";
import { type DigestOptions, DigestServer } from "../support/digest_server.ts";

/** Asks three times with one login; returns the statuses. */
async function ask(server: DigestServer, login: string, path: string): Promise<number[]> {
  const url = new URL(`http://${login}@${server.host}${path}`);
  const session = new HttpLogin(url);
  const statuses: number[] = [];
  for (let i = 0; i < 3; i++) {
    using answer = await httpGet(url, session, new AbortController().signal);
    for await (const _ of answer.body);
    statuses.push(answer.status);
  }
  return statuses;
}

const SERVERS: Record<string, Partial<DigestOptions>> = {
  "MD5": {},
  "MD5 without saying so": { isBrief: true },
  "MD5 as in RFC 2069": { qop: null },
  "SHA-256": { algorithms: ["SHA-256"] },
  "SHA-512-256": { algorithms: ["SHA-512-256"] },
  "MD5-sess": { algorithms: ["MD5-sess"] },
  "several algorithms": { algorithms: ["MD5", "SHA-256"] },
  "auth-int or auth": { qop: "auth-int,auth" },
  "a realm with commas": { realm: "Camera, 2, nonce=1" },
  "a realm with quotes": { realm: 'a "b" \\c' },
  "Basic in front of Digest": { hasBasic: true },
  "a new nonce each time": { hasNextNonce: true },
};

for (const [kind, options] of Object.entries(SERVERS)) {
  Deno.test(`HttpLogin logs in to a server that wants ${kind}`, async () => {
    const password = "p:a ßs@";
    await using server = await DigestServer.start(
      { name: "jörg", password, ...options },
      (response) => response.end("frame"),
    );
    const login = `j%C3%B6rg:${encodeURIComponent(password)}`;
    assertEquals(await ask(server, login, '/a%20b?u=1&v=é,"q"#part'), [200, 200, 200]);
    assertEquals(server.verdicts, ["no authorization", "ok", "ok", "ok"]);
  });
}

Deno.test("HttpLogin logs in again when its nonce is stale", async () => {
  await using server = await DigestServer.start(
    { password: "secret", staleAfter: 1 },
    (response) => response.end("frame"),
  );
  assertEquals(await ask(server, "me:secret", "/"), [200, 200, 200]);
  assertEquals(server.verdicts, ["no authorization", "ok", "stale", "ok", "stale", "ok"]);
});

Deno.test("HttpLogin gives a wrong password once for each request", async () => {
  await using server = await DigestServer.start({ password: "secret" }, (r) => r.end("frame"));
  assertEquals(await ask(server, "me:wrong", "/"), [401, 401, 401]);
  assertEquals(server.verdicts.filter((verdict) => verdict === "wrong response").length, 3);
});

Deno.test("HttpLogin says nothing to a server that has not asked, nor to one that wants neither way", () => {
  const url = new URL("http://me:secret@camera/");
  const login = new HttpLogin(url);
  assertEquals(login.authorization(url), undefined);
  assertEquals(login.challenged('Bearer realm="x"', false), false);
  assertEquals(login.challenged('Digest realm="x", nonce="1", algorithm=X-9', false), false);
  assertEquals(login.authorization(url), undefined);
});

Deno.test("HttpLogin uses Basic when a server does not say what it wants", () => {
  const url = new URL("http://me:p%C3%A4%zz@camera/");
  const login = new HttpLogin(url);
  assertEquals(login.challenged("", false), true);
  const bytes = new TextEncoder().encode("me:p%C3%A4%zz");
  assertEquals(login.authorization(url), `Basic ${bytes.toBase64()}`);
  assertEquals(login.challenged("", true), false);
});

Deno.test("parseChallenges() reads several challenges in one header", () => {
  const header = 'Basic realm="a, \\"b\\"", Digest nonce=1, realm="c",Negotiate';
  assertEquals(parseChallenges(header), [
    { scheme: "basic", params: new Map([["realm", 'a, "b"']]) },
    { scheme: "digest", params: new Map([["nonce", "1"], ["realm", "c"]]) },
    { scheme: "negotiate", params: new Map() },
  ]);
});
