import { now } from "../../lib/time/clock.js";
import { FaultPipeline } from "../support/fault_pipeline.ts";

/**
 * Descriptors that stay open: 6 of the worker that checks while the transform is set aside, and 12
 * that Deno leaves open after a worker hung. They do not pile up: each retry comes later.
 */
const LEAVES = 18;

Deno.test("frames come again after a decoder's worker hangs", async () => {
  const folder = await Deno.makeTempDir();
  const [module, trigger] = [`${folder}/transform.ts`, `${folder}/now`];
  // The worker that removes the trigger hangs.
  const code = `Deno.removeSync(${JSON.stringify(trigger)});`;
  await Deno.writeTextFile(
    module,
    `export default () => {\n  try {\n    ${code}\n  } catch {\n    return;\n  }\n  while (true);\n};\n`,
  );
  try {
    const clientArgs = ["--transform", module, "--workers", "1"];
    await using way = await FaultPipeline.start({ clientArgs });
    const began = now();
    await Deno.writeTextFile(trigger, "");
    await way.recovers({
      fault: "a decoder's thread hangs",
      began,
      told: ["client", /the transform does nothing: .*it took over 5 s$/],
      leaves: LEAVES,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
