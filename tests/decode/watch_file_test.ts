import { assertEquals } from "@std/assert";
import { FILE_POLL_MS, watchFile } from "../../lib/decode/watch_file.ts";

/** Waits for this many checks of the file. */
function looks(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * FILE_POLL_MS));
}

Deno.test("watchFile() reports each save, and not that a file is missing for a while", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/module.ts`;
  try {
    await Deno.writeTextFile(path, "one");
    let saved = Promise.withResolvers<void>();
    let saves = 0;
    using _ = watchFile(new URL(`file://${path}`), () => {
      saves++;
      saved.resolve();
    });
    // The same file, gone and back.
    await Deno.rename(path, `${path}~`);
    await looks(2.5);
    await Deno.rename(`${path}~`, path);
    await looks(2.5);
    assertEquals(saves, 0);
    // A new one, after a while without any.
    await Deno.remove(path);
    await looks(2.5);
    assertEquals(saves, 0);
    await Deno.writeTextFile(path, "another");
    await saved.promise;
    saved = Promise.withResolvers();
    await Deno.writeTextFile(path, "one more");
    await saved.promise;
    assertEquals(saves, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
