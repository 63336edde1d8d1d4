/** The program that opens a URL, by system. */
const OPENERS: Readonly<Partial<Record<typeof Deno.build.os, string>>> = {
  darwin: "open",
  windows: "explorer.exe",
};
/** The program on all other systems, according to freedesktop.org. */
const XDG_OPEN = "xdg-open";

/**
 * Opens a URL in the browser; settles when the system has accepted it.
 *
 * @throws {Error} when that fails; the message is for the user.
 */
export async function openBrowser(url: string): Promise<void> {
  const program = OPENERS[Deno.build.os] ?? XDG_OPEN;
  let code: number;
  try {
    ({ code } = await new Deno.Command(program, { args: [url], stdin: "null" }).output());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      throw new Error(`Deno does not allow running ${program}; open ${url} yourself`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot open a browser, because ${program} is not installed; open ${url} yourself`,
    );
  }
  // Windows' explorer exits with 1 when all is well.
  if (code !== 0 && Deno.build.os !== "windows") {
    throw new Error(`Cannot open a browser (${program} exited with ${code}); open ${url} yourself`);
  }
}
