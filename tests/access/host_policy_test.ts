import { assert } from "@std/assert";
import { HostPolicy } from "../../lib/access/host_policy.ts";

Deno.test("HostPolicy accepts this machine's names and addresses, however they are written", () => {
  const policy = new HostPolicy();
  const own = Deno.networkInterfaces().map(({ address }) => address);
  for (const name of ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]", Deno.hostname(), ...own]) {
    assert(policy.accepts(name), name);
  }
});

Deno.test("HostPolicy refuses any other name, unless it is allowed", () => {
  const policy = new HostPolicy(["Camera.example.org"]);
  for (
    const name of ["evil.example", "localhost.evil.example", "203.0.113.7", "127.0.0.1.nip.io"]
  ) {
    assert(!policy.accepts(name), name);
  }
  assert(policy.accepts("camera.example.org."));
});
