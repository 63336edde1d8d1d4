import { assert, assertEquals } from "@std/assert";
import { MAX_LINES_PER_SECOND } from "../../lib/cli/log.ts";

/** What a program that logs prints on stderr, line by line. */
async function logged(code: string): Promise<string[]> {
  const log = new URL("../../lib/cli/log.ts", import.meta.url);
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { createLog } from "${log}"; ${code}`],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stderr).trimEnd().split("\n");
}

Deno.test("a log line from a stranger cannot end the line or reach the terminal's controls", async () => {
  const text = "\\u001b[2J gone\\nserver: camera live";
  for (const format of ["text", "json"]) {
    const lines = await logged(`createLog("server", "${format}", false).info("${text}")`);
    assertEquals(lines.length, 1);
    assert(!lines[0].includes("\x1b"), lines[0]);
  }
});

Deno.test("a log limits its lines in a second, and says how many it left out", async () => {
  const lines = await logged(`
    const log = createLog("server", "text", false);
    for (let i = 0; i < 10_000; i++) log.warn("refused " + i);
  `);
  const leftOut = lines.map((line) => /(\d+) lines were left out/.exec(line)?.[1]).filter(Boolean);
  const written = lines.length - leftOut.length;
  assert(written <= 2 * MAX_LINES_PER_SECOND, `${written} lines`);
  assertEquals(written + leftOut.reduce((sum, count) => sum + Number(count), 0), 10_000);
});
