import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Package, readModuleGraphs, ROOT } from "./support/module_graph.ts";

/** A row of docs/dependencies.md. */
interface Row {
  readonly name: string;
  readonly version: string;
  readonly where: string;
  readonly licence: string;
  readonly size: string;
}

/** All packages of the project, and the ids of those the programs load. */
async function loaded(): Promise<{ packages: Record<string, Package>; program: Set<string> }> {
  const graphs = await readModuleGraphs();
  const packages: Record<string, Package> = Object.assign({}, ...graphs.map((g) => g.npmPackages));
  const program = new Set<string>();
  const add = (id: string) => {
    if (program.has(id)) return;
    program.add(id);
    packages[id].dependencies.forEach(add);
  };
  for (const { modules } of graphs) {
    for (const { npmPackage } of modules) if (npmPackage) add(npmPackage);
  }
  return { packages, program };
}

/** The size of a package's own files in bytes, without the packages it contains. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) bytes += Deno.statSync(path).size;
    else if (name !== "node_modules") bytes += sizeOf(path);
  }
  return bytes;
}

/** A size as the table gives it. */
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

Deno.test("docs/dependencies.md lists each package with its version, place, licence and size", async () => {
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

/** The packages of a lock file, each with its hash. */
function locked(path: string): [id: string, { integrity: string }][] {
  return Object.entries(JSON.parse(Deno.readTextFileSync(new URL(path, ROOT))).npm);
}

Deno.test("deno.lock has only the packages of the programs, since users download all of it", async () => {
  const { program } = await loaded();
  assertEquals(locked("deno.lock").map(([id]) => id).sort(), [...program].sort());
});

Deno.test("tests/deno.lock has a hash for each package, and docs/dependencies.md a row", () => {
  const all = locked("tests/deno.lock");
  for (const own of locked("deno.lock")) {
    assertEquals(all.find(([id]) => id === own[0]), own);
  }
  for (const [name, { integrity }] of all) assert(integrity.startsWith("sha512-"), name);
  // Peer dependencies follow the id after an underscore.
  const names = all.map(([id]) => id.replace(/(.)_.*$/, "$1"));
  assertEquals(table().map(({ name, version }) => `${name}@${version}`).sort(), names.sort());
});

Deno.test("deno.json pins each import to one version and freezes each task that runs code", () => {
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

Deno.test("lib/std/std.d.ts declares each module of the standard library that deno.json names", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const declarations = Deno.readTextFileSync(new URL("lib/std/std.d.ts", ROOT));
  const names = Object.keys(imports).filter((name) => name.startsWith("@std/"));
  assert(names.length > 0);
  for (const name of names) assertStringIncludes(declarations, `declare module "${name}"`);
});
