import { cleanText } from "../access/clean_text.ts";
import { redact } from "../access/redact.ts";
import { CameraError } from "./camera_error.ts";
import { Child, type Exit } from "./child.ts";
import { outputOf } from "./output.ts";
import type { Source, SourceOptions } from "./source.ts";
import { splitCommand } from "./split_command.ts";

/** What precedes a command. */
const EXEC = "exec:";

/** Whether `device` is a command. */
export function isCommand(device: string): boolean {
  return device.startsWith(EXEC);
}

/**
 * A program that writes JPEGs one after the other to its stdout. Its arguments may contain secrets,
 * so only its name is shown.
 *
 * @throws {CameraError} `no-program`, when the command names no program.
 */
export function commandSource(options: SourceOptions, signal: AbortSignal): Source {
  const command = options.device.slice(EXEC.length);
  const [program, ...args] = splitCommand(command) ?? [];
  if (!program) {
    const isEmpty = command.trim() === "";
    const message = isEmpty
      ? `"${EXEC}" names no program: write the program and its arguments behind it`
      : "The command has a quote, or a backslash at its end, that is not closed";
    throw new CameraError("no-program", message, { permanent: true });
  }
  return programSource(() => startCommand(program, args, signal), {
    name: cleanText(program.replace(/^.*[/\\]/, "")),
    mode: "JPEGs of a program",
    options,
    signal,
  });
}

/** Starts the user's program. @throws {CameraError} `no-program` */
function startCommand(program: string, args: readonly string[], signal: AbortSignal): Child {
  try {
    return new Child(program, args, signal, { endsOthers: true });
  } catch (cause) {
    const name = cleanText(program);
    const problem = cause instanceof Deno.errors.NotFound
      ? `There is no program "${name}": install it, or write its whole path`
      : cause instanceof Deno.errors.PermissionDenied
      ? `The program "${name}" may not be started: make it executable with chmod +x`
      : undefined;
    if (!problem) throw cause;
    throw new CameraError("no-program", problem, { permanent: true, cause });
  }
}

/** A program to start. */
export interface ProgramInfo extends Pick<Source, "name" | "mode" | "intervalMs" | "settle"> {
  readonly options: SourceOptions;
  readonly signal: AbortSignal;
  /** The error for the program's known ways to end; by default, any end may pass. */
  explain?(exit: Exit): CameraError | undefined;
}

/** A program that is started for each run. With a filter, its frames go through ffmpeg. */
export function programSource(
  start: () => Child,
  { options, signal, explain, mode, ...info }: ProgramInfo,
): Source {
  const output = outputOf(true, options);
  return {
    ...info,
    mode: `${mode}, ${output.words}`,
    address: info.name,
    args: options.filter ? ["-f", "mpjpeg", "-i", "pipe:0", ...output.args] : undefined,
    async *read(reader) {
      await using child = start();
      for await (const chunk of child.chunks()) yield* reader.push(chunk);
      const exit = await child.exit;
      signal.throwIfAborted();
      throw explain?.(exit) ?? explainEnd(info.name, exit);
    },
    mayReturn: true,
  };
}

/** How a program ended, with the last line that it wrote to stderr. */
function explainEnd(name: string, { code, signal, stderr }: Exit): CameraError {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== "").map(redact);
  const ending = signal ? `it was ended by ${signal}` : `it exited with code ${code}`;
  const parts = [`The program "${name}" gives no more pictures`, ending];
  const last = lines.at(-1);
  if (last) parts.push(cleanText(last.trim()));
  return new CameraError("ended", parts.join(": "), { cause: lines.join("\n") });
}
