// Two cameras in one program, each on a port of its own.
// deno run -A examples/two_cameras.ts DEVICE DEVICE PORT PORT
// deno-lint-ignore-file no-console -- examples print to the terminal
import { listen, openCamera } from "socketcam";

const [first = "0", second = "1", port = "9999", nextPort = "9998"] = Deno.args;
await using door = openCamera({ device: first });
await using garden = openCamera({ device: second, fps: 10 });
await using doorServer = listen(door, { port: Number(port) });
await using gardenServer = listen(garden, { port: Number(nextPort) });
console.log(`ports ${doorServer.address.port} and ${gardenServer.address.port}`);
await Promise.all([door.frames.ended, garden.frames.ended]);
