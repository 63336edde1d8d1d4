// Saves every tenth frame of a server as a JPEG that carries its capture time.
// deno run -A examples/save_every_tenth.ts HOST PORT FOLDER
// deno-lint-ignore-file no-console -- examples print to the terminal
import { receive } from "socketcam";

const [host = "localhost", port = "9999", folder = "."] = Deno.args;
await using remote = receive(host, { port: Number(port) });
let count = 0;
for await (const { bytes, capturedAt } of remote) {
  if (count++ % 10 > 0) continue;
  const name = new Date(capturedAt).toISOString().replaceAll(":", "-");
  await Deno.writeFile(`${folder}/${name}.jpg`, bytes);
  console.log(`saved ${name}.jpg`);
}
