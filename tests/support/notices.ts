/**
 * Listens as systemd does for a service's notices, and prints each: `deno run -A --unstable-net
 * notices.ts SOCKET`. Prints `listening` first.
 *
 * @module
 */

// deno-lint-ignore no-explicit-any -- the type is there with --unstable-net only
const { listenDatagram } = Deno as any;
const socket = listenDatagram({ transport: "unixpacket", path: Deno.args[0] });
// deno-lint-ignore no-console -- it is its purpose
console.log("listening");
for await (const [bytes] of socket) {
  // deno-lint-ignore no-console -- it is its purpose
  console.log(new TextDecoder().decode(bytes).replaceAll("\n", " "));
}
