// Your own JPEGs, drawn with imagescript, for clients that know a token.
// deno run -A examples/painted.ts TOKEN PORT
// deno run -A client.ts --token TOKEN
// deno-lint-ignore-file no-console -- examples print to the terminal
import { Image } from "imagescript";
import { createFeed, listen } from "socketcam";

const [token = "secret", port = "9999"] = Deno.args;
using feed = createFeed({ name: "painted", mode: "320x240 at 10" });
await using server = listen(feed, { token, port: Number(port) });
console.log(`listening on port ${server.address.port}`);
for (let hue = 0;; hue = (hue + 0.01) % 1) {
  const image = new Image(320, 240).fill(Image.hslToColor(hue, 0.8, 0.5));
  feed.publish(await image.encodeJPEG(80), { capturedAt: Date.now() });
  await new Promise((resolve) => setTimeout(resolve, 100));
}
