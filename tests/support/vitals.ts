/**
 * The resources that a process uses, from Linux's /proc.
 *
 * @module
 */

/** Clock ticks of CPU time in a second; always 100 on Linux. */
const TICKS_PER_SECOND = 100;

/** The resources that a process uses. */
export interface Vitals {
  /** Resident memory, in MiB. */
  readonly rss: number;
  /** Resident memory that no file backs: heaps, buffers, stacks. In MiB. */
  readonly anonymous: number;
  /** CPU time since it was started, in seconds. */
  readonly cpuSeconds: number;
  /** How many threads it has. */
  readonly threads: number;
  /** How many files and sockets it has open. */
  readonly descriptors: number;
}

/** Reads the resources that a process uses now. */
export async function vitalsOf(pid: number): Promise<Vitals> {
  const [status, stat] = await Promise.all([
    Deno.readTextFile(`/proc/${pid}/status`),
    Deno.readTextFile(`/proc/${pid}/stat`),
  ]);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)![1]);
  // The name in parentheses may contain spaces. utime and stime are fields 14 and 15.
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return {
    rss: field("VmRSS") / 1024,
    anonymous: field("RssAnon") / 1024,
    cpuSeconds: ticks.reduce((sum, text) => sum + Number(text), 0) / TICKS_PER_SECOND,
    threads: field("Threads"),
    descriptors: descriptorsOf(pid),
  };
}

/** How many files and sockets a process has open. */
export function descriptorsOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}
