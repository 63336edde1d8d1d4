import { assertEquals, assertMatch } from "@std/assert";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { Program } from "../support/programs.ts";

Deno.test("deno task demo says what it does, shows a picture, and ends both its programs", async () => {
  const args = ["run", "-A", "tools/demo.ts"];
  await using demo = new Program(Deno.execPath(), args, { SOCKETCAM_CLIENT_HTTP_PORT: "0" });
  const [, url] = await demo.says(/^ +Open (http:[^ ]+) in a browser/m);
  assertMatch(demo.stdout, /there is (a|no) webcam.*\n.*starting server.ts.*/);
  const snapshot = await fetch(`${url}/snapshot`);
  assertEquals(jpegSize(await snapshot.bytes()).width > 0, true);
  const programs = await demo.children();
  assertEquals(programs.length, 2);
  demo.kill("SIGINT");
  assertEquals(await demo.ends(), 0);
  const left = await new Deno.Command("ps", { args: ["-p", programs.join()] }).output();
  assertEquals(left.code, 1);
});
