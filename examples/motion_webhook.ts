// Posts a frame to a webhook when something moves, at most once every 10 s.
// deno run -A examples/motion_webhook.ts HOST PORT WEBHOOK
// deno-lint-ignore-file no-console -- examples print to the terminal
import { checkFrames, receive } from "socketcam";

const [host = "localhost", port = "9999", webhook = "http://localhost:8000/motion"] = Deno.args;
await using remote = receive(host, { port: Number(port) });
await using check = checkFrames(remote);
let quietUntil = 0;
for await (const { frame, scene } of check) {
  if (!scene || scene.motion < 0.02 || Date.now() < quietUntil) continue;
  quietUntil = Date.now() + 10_000;
  const headers = { "content-type": "image/jpeg", "x-motion": scene.motion.toFixed(3) };
  const response = await fetch(webhook, { method: "POST", headers, body: frame.bytes });
  await response.body?.cancel();
  console.log(`motion ${(100 * scene.motion).toFixed(0)} %: ${response.status}`);
}
