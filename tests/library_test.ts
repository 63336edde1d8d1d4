import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);

/** A program of another project: a camera, a socket, and a check in a worker. */
const PROGRAM = `
import { checkFrames, listen, openCamera, receive } from "socketcam";

await using camera = openCamera({ device: "test", width: 320, height: 240 });
await using server = listen(camera, { host: "127.0.0.1", port: 0 });
await using remote = receive("127.0.0.1", { port: server.address.port });
for await (const { frame, scene } of checkFrames(remote)) {
  console.log(frame.bytes[0], frame.bytes[1], typeof scene?.motion);
  break;
}
`;

Deno.test("another project can import the library as the README says", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [manifest] = /^\{ "imports": .*\}$/m.exec(readme)!;
  const folder = await Deno.makeTempDir();
  try {
    const path = fileURLToPath(ROOT).replace(/\/$/, "");
    await Deno.writeTextFile(`${folder}/deno.json`, manifest.replace("../socketcam", path));
    await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--check", "main.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder();
    assertEquals(text.decode(stdout), "255 216 number\n", text.decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
