/**
 * What the programs, the library and their workers import, from `deno info`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";

/** The fields of `deno info --json` that tests use. */
export interface ModuleGraph {
  readonly modules: readonly Module[];
  readonly npmPackages: Readonly<Record<string, Package>>;
}

export interface Module {
  readonly specifier: string;
  readonly npmPackage?: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
  }[];
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  /** The folder it is unpacked in. */
  readonly localPath: string;
}

/** The folder of this repository. */
export const ROOT = new URL("../../", import.meta.url);

/** The paths of all files below a folder, relative to this repository. */
export function filesBelow(folder: string): string[] {
  return Array.from(Deno.readDirSync(new URL(folder, ROOT))).flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}/${name}`) : `${folder}/${name}`
  );
}

/** One graph for each program, for the library, for each worker and for each page. */
export function readModuleGraphs(): Promise<ModuleGraph[]> {
  const workers = filesBelow("lib").filter((path) => path.endsWith("_worker.ts"));
  const pages = ["main", "wall"].map((name) => `lib/http/page/${name}.js`);
  const entries = ["mod.ts", "server.ts", "client.ts", ...pages, ...workers];
  return Promise.all(entries.map(readModuleGraph));
}

async function readModuleGraph(entry: string): Promise<ModuleGraph> {
  const args = ["info", "--json", "--frozen", "--lock=tests/deno.lock", entry];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  const graph: ModuleGraph = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(graph.modules.flatMap(({ error }) => error ?? []), []);
  return graph;
}
