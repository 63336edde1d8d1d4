import { assert, assertEquals } from "@std/assert";

/** What of `deno info --json` is used here. */
interface Info {
  readonly modules: { readonly npmPackage?: string }[];
  readonly npmPackages: Record<string, Package>;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: string[];
  /** Where it lies unpacked. */
  readonly localPath: string;
}

/** A row of docs/dependencies.md. */
interface Row {
  readonly name: string;
  readonly version: string;
  readonly where: string;
  readonly licence: string;
  readonly size: string;
}

const ROOT = new URL("../", import.meta.url);
const THREADS = ["check", "transform", "png", "notice"].map((name) =>
  `lib/decode/${name}_worker.ts`
);

async function info(entry: string): Promise<Info> {
  const args = ["info", "--json", "--frozen", entry];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** All packages that the programs load, with what those need. */
async function loaded(): Promise<{ packages: Record<string, Package>; program: Set<string> }> {
  const entries = ["server.ts", "client.ts", "mod.ts", ...THREADS];
  const infos = await Promise.all(entries.map(info));
  const packages: Record<string, Package> = Object.assign({}, ...infos.map((i) => i.npmPackages));
  const program = new Set<string>();
  const add = (id: string) => {
    if (program.has(id)) return;
    program.add(id);
    packages[id].dependencies.forEach(add);
  };
  for (const { modules } of infos) {
    for (const { npmPackage } of modules) if (npmPackage) add(npmPackage);
  }
  return { packages, program };
}

/** The bytes of all files in a folder; packages unpacked into it by name are not its own. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) bytes += Deno.statSync(path).size;
    else if (name !== "node_modules") bytes += sizeOf(path);
  }
  return bytes;
}

/** A size as the table has it. */
function inWords(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function table(): Row[] {
  const text = Deno.readTextFileSync(new URL("docs/dependencies.md", ROOT));
  const rows = text.split("\n").filter((line) =>
    /^\| [@a-z]/.test(line) && !line.includes("licence")
  );
  return rows.map((row) => {
    const [, name, version, where, , licence, size] = row.split("|").map((cell) => cell.trim());
    return { name, version, where, licence, size };
  });
}

Deno.test("docs/dependencies.md names each package with its version, place, licence and size", async () => {
  const { packages, program } = await loaded();
  const wanted = Object.entries(packages).map(([id, { name, version, localPath }]): Row => ({
    name,
    version,
    where: program.has(id) ? "program" : "tests",
    licence: JSON.parse(Deno.readTextFileSync(`${localPath}/package.json`)).license,
    size: inWords(sizeOf(localPath)),
  }));
  const byName = (a: Row, b: Row) => a.name < b.name ? -1 : 1;
  assertEquals(table().sort(byName), wanted.sort(byName));
});

Deno.test("deno.lock holds the hash of each package, and each is in the table", () => {
  const { npm } = JSON.parse(Deno.readTextFileSync(new URL("deno.lock", ROOT)));
  const locked = Object.entries<{ integrity: string }>(npm);
  for (const [name, { integrity }] of locked) assert(integrity.startsWith("sha512-"), name);
  // What is behind an underscore is a package that this one was resolved with.
  const names = locked.map(([id]) => id.replace(/(.)_.*$/, "$1"));
  assertEquals(table().map(({ name, version }) => `${name}@${version}`).sort(), names.sort());
});

Deno.test("each import of deno.json names one version, and each task that runs code is frozen", () => {
  const { imports, tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  for (const [name, specifier] of Object.entries<string>(imports)) {
    assert(/^(\.\/|npm:.+@\d+\.\d+\.\d+(\/|$))/.test(specifier), `${name}: ${specifier}`);
  }
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    for (const [run] of command.matchAll(/deno (run|test|check)\b[^&]*/g)) {
      assert(run.includes(" --frozen"), `${name}: ${run}`);
    }
  }
});
