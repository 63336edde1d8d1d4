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

Deno.test("docs/troubleshooting.md quotes what the programs say", async () => {
  const text = await Deno.readTextFile(new URL("docs/troubleshooting.md", ROOT));
  const quoted = [...text.matchAll(/^\| "(.+?)"/gm)].map(([, words]) => words);
  assert(quoted.length > 20, `${quoted.length} quotes`);
  const args = ["grep", "-hE", "['\"`]", "--", "lib", "server.ts", "client.ts"];
  const { stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
  // A text that is split over lines is joined.
  const code = new TextDecoder().decode(stdout).replaceAll(/[`"] \+\s+[`"]/g, "");
  assertEquals(quoted.filter((words) => !code.includes(words)), []);
});

Deno.test("docs/environment.md has every variable that programs, tools and tests read", async () => {
  const text = await Deno.readTextFile(new URL("docs/environment.md", ROOT));
  const pattern = String.raw`env\.(get|has)\("[A-Z_]+"|SOCKETCAM_(READ|RUN|TOKEN|TOKEN_FILE|LOG)\b`;
  const args = ["grep", "-hoE", pattern, "--", "lib", "tools", "tests", "server.ts", "client.ts"];
  const { stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
  const found = new TextDecoder().decode(stdout).match(/[A-Z_]{3,}/g) ?? [];
  const names = new Set(found.filter((name) => !["HOME", "PATH"].includes(name)));
  assert(names.size > 5, [...names].join());
  assertEquals([...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(text)), []);
});

/** The commands of a document's blocks of shell code, except for those that are marked. */
async function commandsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(path, ROOT));
  const blocks = text.matchAll(/(<!-- (?:not run|run by [^>]*?)[^>]*-->\n\n)?```sh\n([^]+?)```/g);
  return [...blocks].flatMap(([, mark, code]) => {
    const runner = /run by (\S+)/.exec(mark ?? "")?.[1];
    if (runner) Deno.statSync(new URL(runner, ROOT));
    if (mark) return [];
    return code.replaceAll("\\\n", " ").split("\n").map((line) => line.replace(/ +#.*/, "").trim())
      .filter(Boolean);
  });
}

Deno.test("every shell command in the documents works, or is marked as not run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
    const transform = "examples/transforms/grey.ts";
    for (const path of await documents()) {
      for (const command of await commandsOf(path)) {
        const task = /^(?:npx -y )?deno task (\S+)/.exec(command)?.[1];
        if (task) {
          assert(Object.hasOwn(tasks, task), `${path}: ${command}`);
          continue;
        }
        // Both end at once, after they have read their options and the files in them.
        const words = command.replace(transform, new URL(transform, ROOT).pathname).split(/\s+/);
        const [program, ...args] = words;
        const script = args.findIndex((arg) => /^(server|client)\.ts$/.test(arg));
        if (script > 0) {
          args.push(args[script] === "server.ts" ? "--list" : "--help");
          args[script] = new URL(args[script], ROOT).pathname;
        }
        assert(script > 0 || program === "openssl", `${path}: nothing runs ${command}`);
        const { success, stderr } = await new Deno.Command(program, {
          args,
          cwd: folder,
        }).output();
        assert(success, `${path}: ${command}: ${new TextDecoder().decode(stderr)}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
