import { assertEquals } from "@std/assert";

/** The folders of lib, upstream first: each imports itself and those before it. */
const LAYERS = ["frame", "flow", "camera", "wire", "decode", "http", "cli"];
/** Stages know nothing of each other; cli may know them all. */
const STAGES = ["camera", "wire", "decode", "http"];

interface Module {
  specifier: string;
  dependencies?: {
    specifier: string;
    code?: { specifier: string };
    type?: { specifier: string };
  }[];
}

const ROOT = new URL("../", import.meta.url).href;
const folder = (specifier: string) => /^lib\/([^/]+)\//.exec(specifier.replace(ROOT, ""))?.[1];

/** Every import between folders of lib, as `from -> to`. */
async function imports(): Promise<Set<string>> {
  const found = new Set<string>();
  const threads = ["check", "transform", "png", "notice"].map((name) =>
    `lib/decode/${name}_worker.ts`
  );
  for (const entry of ["mod.ts", "server.ts", "client.ts", ...threads]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: new URL(ROOT),
    }).output();
    const { modules }: { modules: Module[] } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { specifier, dependencies = [] } of modules) {
      for (const { code, type } of dependencies) {
        const from = folder(specifier);
        const to = folder((code ?? type)?.specifier ?? "");
        if (from && to && from !== to) found.add(`${from} -> ${to}`);
      }
    }
  }
  return found;
}

Deno.test("modules import upstream only, and no stage imports another", async () => {
  const found = [...await imports()];
  const wrong = found.filter((edge) => {
    const [from, to] = edge.split(" -> ");
    const downstream = LAYERS.indexOf(to) > LAYERS.indexOf(from);
    return downstream || STAGES.includes(from) && STAGES.includes(to);
  });
  assertEquals(wrong, []);
  // If this finds nothing, the test has gone blind.
  assertEquals(found.includes("camera -> flow"), true);
});
