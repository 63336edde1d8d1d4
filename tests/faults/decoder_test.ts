import { now } from "../../lib/flow/clock.ts";
import { Pipeline, TIMEOUT_MS } from "../support/fault_pipeline.ts";

/**
 * What stays open: the thread that checks while the transform is left alone has 6 descriptors, and
 * of a thread that hung Deno leaves 12. That does not go on: the next try is later each time.
 */
const LEAVES = 18;

const FAULTS = {
  "hangs": ["while (true);", /it took over 5 s/],
  "ends": ["self.close();\n    return new Promise(() => {});", /it took over 5 s/],
} as const;

for (const [what, [code, words]] of Object.entries(FAULTS)) {
  Deno.test(`pictures come again when a decoder's thread ${what}`, async () => {
    const folder = await Deno.makeTempDir();
    const [module, sign] = [`${folder}/transform.ts`, `${folder}/now`];
    // The one thread that takes the sign away is the one that it happens to.
    await Deno.writeTextFile(
      module,
      `export default () => {
  try {
    Deno.removeSync(${JSON.stringify(sign)});
  } catch {
    return;
  }
  ${code}
};
`,
    );
    try {
      const clientArgs = ["--transform", module, "--workers", "1"];
      await using way = await Pipeline.start({ clientArgs });
      const began = now();
      await Deno.writeTextFile(sign, "");
      await way.recovers({
        fault: `a decoder's thread ${what}`,
        began,
        withinMs: TIMEOUT_MS,
        told: ["client", new RegExp(`the transform does nothing: .*${words.source}`)],
        leaves: LEAVES,
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
