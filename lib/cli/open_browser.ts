/**
 * The browser of whoever sits here.
 *
 * @module
 */

/** What opens a URL, by system. */
const OPENERS: Readonly<Partial<Record<typeof Deno.build.os, readonly string[]>>> = {
  darwin: ["open"],
  windows: ["explorer.exe"],
};
/** The freedesktop.org way, for all others. */
const XDG_OPEN: readonly string[] = ["xdg-open"];

/**
 * Opens a URL; settles when the system has taken it.
 *
 * @throws {Error} with a sentence, when it cannot be opened.
 */
export async function openBrowser(url: string): Promise<void> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? XDG_OPEN;
  let code: number;
  try {
    const command = new Deno.Command(program, { args: [...args, url], stdin: "null" });
    ({ code } = await command.output());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new Error(`Deno does not allow it to run ${program}; open ${url} yourself`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot open a browser, since there is no ${program} here; open ${url} yourself`,
    );
  }
  // Windows' explorer ends with 1 when all is well.
  if (code !== 0 && Deno.build.os !== "windows") {
    throw new Error(`Cannot open a browser (${program} ended with ${code}); open ${url} yourself`);
  }
}
