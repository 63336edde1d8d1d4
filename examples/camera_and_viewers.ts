// A camera and its viewers in one process: open the address in a browser.
// deno run -A examples/camera_and_viewers.ts DEVICE PORT
// deno-lint-ignore-file no-console -- examples print to the terminal
import { openCamera, serveViewers } from "socketcam";

const [device = "auto", port = "8080"] = Deno.args;
await using camera = openCamera({ device });
await using viewers = await serveViewers(camera, { port: Number(port) });
await camera.ready;
console.log(`open http://localhost:${viewers.address.port}`);
await camera.frames.ended;
