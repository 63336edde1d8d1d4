import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/** All Markdown files of the repository, by path. */
async function documents(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", { args: ["ls-files", "*.md"], cwd: ROOT })
    .output();
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean);
}

/** What GitHub makes of a heading to link to it. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

Deno.test("every relative link in a document leads to a file, and to a heading in it", async () => {
  const broken: string[] = [];
  for (const path of await documents()) {
    const document = new URL(path, ROOT);
    const text = await Deno.readTextFile(document);
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const { pathname, hash } = new URL(link, document);
      try {
        const isFile = (await Deno.stat(pathname)).isFile;
        if (hash === "") continue;
        const target = isFile ? await Deno.readTextFile(pathname) : "";
        const headings = [...target.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
          anchorOf(heading)
        );
        if (!headings.includes(hash.slice(1))) broken.push(`${path}: ${link}`);
      } catch {
        broken.push(`${path}: ${link}`);
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("ARCHITECTURE.md shows the path of a frame in at most 18 calls, each where it says", async () => {
  const text = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));
  const steps = [...text.matchAll(/^\| \d+ +\|.+\[`([\w.]+)(?:\(\))?`\]\((.+)\) *\|$/gm)];
  assert(steps.length >= 10 && steps.length <= 18, `${steps.length} calls`);
  for (const [, call, path] of steps) {
    const code = await Deno.readTextFile(new URL(path, ROOT));
    const [name, method = name] = call.split(".");
    assert(new RegExp(`export .*\\b${name}\\b`).test(code), `${path} exports no ${name}`);
    assert(new RegExp(`\\b${method}\\b`).test(code), `${path} has no ${method}`);
  }
});
