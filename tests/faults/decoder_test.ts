import { now } from "../../lib/flow/clock.ts";
import { FaultPipeline, TIMEOUT_MS } from "../support/fault_pipeline.ts";

/**
 * What stays open: the thread that checks while the transform is left alone has 6 descriptors, and
 * of a thread that hung Deno leaves 12. That does not go on: the next try is later each time.
 */
const LEAVES = 18;

Deno.test("pictures come again when a decoder's thread hangs", async () => {
  const folder = await Deno.makeTempDir();
  const [module, sign] = [`${folder}/transform.ts`, `${folder}/now`];
  // The one thread that takes the sign away is the one that it happens to.
  const code = `Deno.removeSync(${JSON.stringify(sign)});`;
  await Deno.writeTextFile(
    module,
    `export default () => {\n  try {\n    ${code}\n  } catch {\n    return;\n  }\n  while (true);\n};\n`,
  );
  try {
    const clientArgs = ["--transform", module, "--workers", "1"];
    await using way = await FaultPipeline.start({ clientArgs });
    const began = now();
    await Deno.writeTextFile(sign, "");
    await way.recovers({
      fault: "a decoder's thread hangs",
      began,
      withinMs: TIMEOUT_MS,
      told: ["client", /the transform does nothing: .*it took over 5 s$/],
      leaves: LEAVES,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
