import { assertEquals, assertMatch } from "@std/assert";
import { Program, serverPort, startServer } from "./support/programs.ts";

const SERVER = ["--device", "test", "--size", "320x240", "--host", "127.0.0.1", "--port", "0"];
/** Debian's own Python, which has Debian's OpenCV. */
const PYTHON = "/usr/bin/python3";

Deno.test("examples/client.py prints sizes and times", async () => {
  await using server = startServer(...SERVER);
  const args = ["examples/client.py", "127.0.0.1", await serverPort(server)];
  await using client = new Program(PYTHON, args);
  await client.says(/^(\d+\.\d{3} \d+ bytes\n){10}/);
});

Deno.test("examples/opencv_client.py decodes what the server sends", async () => {
  await using server = startServer(...SERVER);
  const port = await serverPort(server);
  const args = ["examples/opencv_client.py", "--host", "127.0.0.1", "--port", port, "--count", "5"];
  await using client = new Program(PYTHON, args);
  assertEquals(await client.ends(), 0, client.stderr);
  assertEquals(client.stdout, "320x240\n".repeat(5));
});

Deno.test("examples/opencv_client.py is let in with the token, and says so without", async () => {
  await using server = startServer(...SERVER, "--token", "secret");
  const args = ["examples/opencv_client.py", "--host", "127.0.0.1", "--count", "1"];
  args.push("--port", await serverPort(server));
  await using client = new Program(PYTHON, [...args, "--token", "secret"]);
  assertEquals(await client.ends(), 0, client.stderr);
  await using stranger = new Program(PYTHON, args);
  assertEquals(await stranger.ends(), 1);
  assertMatch(stranger.stderr, /^The server says: this server wants a token$/m);
});
