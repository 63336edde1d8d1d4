import { assert } from "@std/assert";
import { HostCheck } from "../../lib/http/host_check.ts";

Deno.test("HostCheck accepts this machine's names and addresses, however they are written", () => {
  const check = new HostCheck();
  const own = Deno.networkInterfaces().map(({ address }) => address);
  for (const name of ["localhost", "LOCALHOST.", "127.0.0.1", "[::1]", Deno.hostname(), ...own]) {
    assert(check.accepts(name), name);
  }
});

Deno.test("HostCheck refuses any other, unless it is allowed", () => {
  const check = new HostCheck(["Camera.example.org"]);
  for (
    const name of ["evil.example", "localhost.evil.example", "203.0.113.7", "127.0.0.1.nip.io"]
  ) {
    assert(!check.accepts(name), name);
  }
  assert(check.accepts("camera.example.org."));
});
