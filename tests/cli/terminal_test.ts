import { assert, assertEquals, assertMatch } from "@std/assert";
import { Program } from "../support/programs.ts";

/** Runs a command in a pseudo-terminal of a width, and copies what it writes to stdout. */
const IN_TERMINAL = `
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
print(f"child {child}", file=sys.stderr, flush=True)
try:
    while data := os.read(terminal, 65536):
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

/** Starts server.ts with a test picture in a terminal. */
function inTerminal(columns: number, env: Record<string, string>, ...args: string[]): Program {
  const command = [Deno.execPath(), "run", "-A", "server.ts", "--device", "test", "--port", "0"];
  return new Program("python3", ["-c", IN_TERMINAL, String(columns), ...command, ...args], env);
}

/** Sends Ctrl+C to the program in the terminal, and waits until it has ended. */
async function interrupt(program: Program): Promise<number> {
  const [, child] = await program.says(/child (\d+)/);
  Deno.kill(Number(child), "SIGINT");
  return await program.ends();
}

const ESCAPE = "\x1b[";
/** What clears the live line. */
const CLEAR = `\r${ESCAPE}K`;

Deno.test("a terminal shows what runs, each address, and one live line that is cleared at the end", async () => {
  await using program = inTerminal(100, { NO_COLOR: "1" }, "--http-port", "0");
  await program.says(/\d+\.\d fps · \d+\.\d Mbit\/s · 0 clients · 0 viewers/);
  assertEquals(await interrupt(program), 0);
  const text = program.stdout.replaceAll("\r\n", "\n");
  assertMatch(text, /^server: listening on 0\.0\.0\.0:\d+ \(camera: test picture, .*\)$/m);
  assertMatch(text, /^ {2}Camera {3}test picture$/m);
  assertMatch(text, /^ {2}Watch {4}deno run -A client\.ts --host \S+:\d+$/m);
  assertMatch(text, /^ {2}Local {4}http:\/\/localhost:\d+$/m);
  assertMatch(text, /^ {2}Network {2}http:\/\/\S+\.local:\d+$/m);
  assertMatch(text, /^ {11}open to everyone on the network$/m);
  assertMatch(text, /^\d\d:\d\d:\d\d server: camera live: test picture/m);
  assert(text.endsWith(CLEAR), JSON.stringify(text.slice(-60)));
});

Deno.test("a live line never fills a terminal that is narrow", async () => {
  await using program = inTerminal(20, { NO_COLOR: "1" });
  await program.says(/K\d+\.\d fps · /);
  await interrupt(program);
  const lines = program.stdout.split(CLEAR).slice(1).map((line) => line.split("\r\n")[0]);
  assert(lines.every((line) => line.length < 20), lines.join("|"));
});

Deno.test("lines are coloured only in a terminal, and not if NO_COLOR is set", async () => {
  for (const [env, isColoured] of [[{ NO_COLOR: "" }, true], [{ NO_COLOR: "1" }, false]] as const) {
    await using program = inTerminal(80, env);
    await program.says(/listening/);
    await program.says(/anyone on the network/);
    assertEquals(program.stdout.includes(`${ESCAPE}33m`), isColoured, program.stdout);
    await interrupt(program);
  }
});

Deno.test("a pipe gets neither the summary, nor times, nor the live line", async () => {
  const args = ["run", "-A", "server.ts", "--device", "test", "--port", "0", "--fps", "30"];
  await using program = new Program(Deno.execPath(), args);
  await program.says(/^server: camera live/m);
  program.kill("SIGTERM");
  assertEquals(await program.ends(), 0);
  assertEquals(program.stdout.trim().split("\n").length, 1);
  assert(program.stderr.trim().split("\n").every((line) => line.startsWith("server: ")));
});

Deno.test("a terminal with --log json shows nothing but JSON", async () => {
  await using program = inTerminal(100, {}, "--log", "json");
  await program.says(/"camera live/);
  await interrupt(program);
  // In front of the first line, Deno itself has cleared what it showed while it loaded.
  const [, text] = /^[^{]*([^]*)$/.exec(program.stdout)!;
  for (const line of text.trim().split("\r\n")) JSON.parse(line);
});
