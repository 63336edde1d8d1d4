import { assertEquals } from "@std/assert";
import { filesBelow, readModuleGraphs, ROOT } from "./support/module_graph.ts";

/** Each foundation with the foundations it may import. */
const FOUNDATIONS: Readonly<Record<string, readonly string[]>> = {
  frame: [],
  time: [],
  access: ["time"],
  flow: ["frame", "time"],
  wire: ["frame", "time", "access"],
};
const STAGES = ["camera", "server", "client", "decode", "http"];

/** What each folder of lib may import besides itself; cli may import everything. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...FOUNDATIONS,
  ...Object.fromEntries(STAGES.map((stage) => [stage, Object.keys(FOUNDATIONS)])),
  viewers: [...Object.keys(FOUNDATIONS), "decode", "http"],
};

/** The modules of this repository by path, each with the paths it imports, types included. */
type Imports = ReadonlyMap<string, readonly string[]>;

async function readImports(): Promise<Imports> {
  const graphs = await readModuleGraphs();
  const path = (specifier: string) =>
    specifier.startsWith(ROOT.href) ? [specifier.slice(ROOT.href.length)] : [];
  return new Map(
    graphs.flatMap(({ modules }) => modules).flatMap(({ specifier, dependencies = [] }) => {
      const targets = dependencies.flatMap(({ code, type }) => [code, type])
        .flatMap((target) => target ? path(target.specifier) : []);
      return path(specifier).map((from) => [from, targets] as const);
    }),
  );
}

/** The folder of lib that a module is in; outside lib, its path. */
const folder = (path: string) => /^lib\/([^/]+)\//.exec(path)?.[1] ?? path;

function findWrong(imports: Imports): string[] {
  return [...imports].flatMap(([from, targets]) => {
    const allowed = ALLOWED[folder(from)];
    return targets.filter((to) =>
      allowed && folder(from) !== folder(to) && !allowed.includes(folder(to))
    ).map((to) => `${from} -> ${to}`);
  });
}

/** One cycle, as the paths along it; undefined if there is none. */
function findCycle(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, way: string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return;
    for (const target of imports.get(path) ?? []) {
      const cycle = visit(target, [...way, path]);
      if (cycle) return cycle;
    }
    done.add(path);
  };
  for (const path of imports.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
}

Deno.test("modules import foundations only, and no stage imports another", async () => {
  const imports = await readImports();
  assertEquals(findWrong(imports), []);
  // This would pass blindly if modules were missing from the graph.
  const modules = filesBelow("lib").filter((path) => /(?<!\.d)\.(ts|js)$/.test(path));
  assertEquals(modules.filter((path) => !imports.has(path)), []);
  const wrong = new Map([["lib/camera/a.ts", ["lib/frame/b.ts", "lib/server/c.ts", "mod.ts"]]]);
  assertEquals(findWrong(wrong), [
    "lib/camera/a.ts -> lib/server/c.ts",
    "lib/camera/a.ts -> mod.ts",
  ]);
});

Deno.test("no modules import each other in a circle, not even for types", async () => {
  assertEquals(findCycle(await readImports()), undefined);
  const circle = new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", []], ["d", ["b"]]]);
  assertEquals(findCycle(circle), ["b", "d", "b"]);
});

Deno.test("lib/wire does no input or output", () => {
  const mentions = filesBelow("lib/wire").filter((path) =>
    /\b(Deno\.|fetch\(|node:)/.test(Deno.readTextFileSync(new URL(path, ROOT)))
  );
  assertEquals(mentions, []);
});
