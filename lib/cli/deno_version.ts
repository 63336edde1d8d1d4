/**
 * Ends a program at once, with a sentence, if Deno is too old. Programs import this first, before
 * modules that an old Deno can load but not run.
 */

/** The oldest Deno that works. */
export const OLDEST = [2, 8];

const [major, minor] = Deno.version.deno.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  // deno-lint-ignore no-console -- the terminal's own module may not run
  console.error(
    `socketcam needs Deno ${OLDEST.join(".")} or newer, and this is ${Deno.version.deno}: ` +
      "run deno upgrade, or npx deno@latest in place of deno",
  );
  Deno.exit(1);
}
