/**
 * A program under measurement: starts it, sends it commands, and reads its cost from `/proc` (Linux).
 *
 * @module
 */

import { Program } from "../../tests/support/programs.ts";
import { ROOT } from "./versions.ts";

/** Debian's own Python, which has its OpenCV. */
const PYTHON = "/usr/bin/python3";

/** How long a program may take to answer, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A program and its cost so far. */
export class Process extends Program {
  /** Its name in a report. */
  readonly name: string;
  /** Its start, in milliseconds since 1970. */
  readonly startedAt: number = Date.now();

  /** @param within the command that starts it, such as `ip netns exec NAME`. */
  constructor(name: string, command: readonly string[], within: readonly string[] = []) {
    const [program, ...args] = [...within, ...command];
    super(program, args, { PYTHONPATH: `${ROOT}/bench/support`, PYTHONUNBUFFERED: "1" }, "piped");
    this.name = name;
  }

  /** The next line of JSON on its stdout. */
  async answer<T>(): Promise<T> {
    const [, line] = await this.says(/^(\{.*\})$/m, PATIENCE_MS);
    this.stdout = "";
    return JSON.parse(line);
  }

  /** Sends it a command, and waits for the answer. */
  async ask<T>(line: string): Promise<T> {
    await this.tell(`${line}\n`);
    return await this.answer();
  }

  /** The CPU time of the program and of its child processes, in milliseconds. */
  async cpu(): Promise<Cpu> {
    const children = await this.children();
    return {
      own: cpuMs(this.pid),
      children: children.reduce((sum, pid) => sum + cpuMs(pid), 0),
    };
  }

  /** Its memory without its child processes, in MB. */
  memory(): number {
    const status = Deno.readTextFileSync(`/proc/${this.pid}/status`);
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1000;
  }

  /** Waits until it listens on a port, without connecting. */
  async listens(port: number): Promise<void> {
    const sign = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
    const until = performance.now() + PATIENCE_MS;
    const isListening = () =>
      ["tcp", "tcp6"].some((table) =>
        Deno.readTextFileSync(`/proc/${this.pid}/net/${table}`).split("\n")
          .some((line) => line.includes(sign) && / 0A /.test(line))
      );
    while (!isListening()) {
      if (performance.now() > until) {
        throw new Error(`${this.name} does not listen: ${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** CPU time in milliseconds. */
export interface Cpu {
  readonly own: number;
  readonly children: number;
}

/** The CPU time of all threads, to the nanosecond; `stat` counts in steps of 10 ms. */
function cpuMs(pid: number): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return sum / 1e6;
}

/** The command of a Deno script of a checkout. */
export function deno(root: string, script: string, ...args: string[]): string[] {
  return [Deno.execPath(), "run", "-A", `${root}/${script}`, ...args];
}

/** The command of a Python script of the bench. */
export function python(script: string, ...args: string[]): string[] {
  return [PYTHON, `bench/${script}`, ...args];
}
