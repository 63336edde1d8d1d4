import { assert } from "@std/assert";
import { HostPolicy } from "../../lib/access/host_policy.ts";

Deno.test("HostPolicy accepts this machine's names, however they are written", () => {
  const policy = new HostPolicy();
  for (const name of ["localhost", "LOCALHOST.", Deno.hostname()]) {
    assert(policy.accepts(name), name);
  }
  const [short] = Deno.hostname().split(".");
  // Only a router in the same network can answer for these.
  for (const ending of ["local", "lan", "home.arpa", "internal", "home"]) {
    assert(policy.accepts(`${short}.${ending}`), ending);
  }
});

Deno.test("HostPolicy accepts any address, since a page on the web has a name", () => {
  const policy = new HostPolicy();
  for (const host of ["127.0.0.1", "[::1]", "203.0.113.7", "[2001:db8::1]", "fe80::1%eth0"]) {
    assert(policy.accepts(host), host);
  }
});

Deno.test("HostPolicy refuses any other name, unless it is allowed", () => {
  const policy = new HostPolicy(["Camera.example.org"]);
  const [short] = Deno.hostname().split(".");
  for (
    const name of [
      ...["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "1.2.3", ""],
      ...[`${short}.evil.example`, `${short}.fritz.box`, `evil.${short}.lan`, "evil.lan"],
    ]
  ) {
    assert(!policy.accepts(name), name);
  }
  assert(policy.accepts("camera.example.org."));
  assert(policy.allows("camera.example.org.") && !policy.allows("localhost"));
});
