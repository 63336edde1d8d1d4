import { assert, assertEquals } from "@std/assert";
import { release } from "../../lib/flow/release.ts";

Deno.test("release() frees memory at once, without a collection", () => {
  const MIB = 2 ** 20;
  const before = Deno.memoryUsage().external;
  const bytes = new Uint8Array(64 * MIB);
  assert(Deno.memoryUsage().external >= before + 64 * MIB);
  release(bytes);
  assert(Deno.memoryUsage().external < before + MIB);
  assertEquals(bytes.length, 0);
});

Deno.test("release() frees the same bytes twice as well as once", () => {
  const bytes = new Uint8Array(8);
  release(bytes);
  release(bytes);
  assertEquals(bytes.length, 0);
});
