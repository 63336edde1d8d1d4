/** Changes to the machine: shown, agreed to, and then made. */

import { complain, print } from "../../lib/cli/terminal.ts";

/** One change. */
export interface Step {
  /** What it does, for people. */
  readonly why: string;
  readonly command: readonly [string, ...string[]];
  /** What the command reads on stdin. */
  readonly input?: string;
}

/** Shows the steps, asks unless that is `agreed`, and makes them in order, as root. */
export async function make(steps: readonly Step[], agreed: boolean): Promise<boolean> {
  print("This will run:\n");
  for (const { why, command } of steps) print(`  # ${why}\n  ${asRoot(command).join(" ")}\n`);
  // Without a terminal, confirm() says no.
  if (!agreed && !confirm("Go on?")) {
    complain(`service: nothing was changed${Deno.stdin.isTerminal() ? "" : "; --yes agrees"}`);
    return false;
  }
  for (const step of steps) await run(step);
  return true;
}

/** Runs a command with this terminal; returns its exit status. @throws {Error} when it is not there. */
export async function shown(command: readonly string[]): Promise<number> {
  const [program, ...args] = command;
  try {
    return (await new Deno.Command(program, { args }).spawn().status).code;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`${program} is not installed; services need a Linux system with systemd`);
  }
}

async function run({ why, command, input }: Step): Promise<void> {
  const [program, ...args] = asRoot(command);
  const child = new Deno.Command(program, {
    args,
    stdin: input ? "piped" : "inherit",
    stdout: "null",
  })
    .spawn();
  if (input) await new Blob([input]).stream().pipeTo(child.stdin);
  const { code } = await child.status;
  if (code !== 0) throw new Error(`${command[0]} failed, exit status ${code}; it was to ${why}`);
}

/** The command, by `sudo` where the user is not root. */
function asRoot(command: readonly string[]): string[] {
  return Deno.uid() === 0 ? [...command] : ["sudo", ...command];
}
