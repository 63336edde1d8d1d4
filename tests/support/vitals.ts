/**
 * What a process takes of the machine, as Linux tells it.
 *
 * @module
 */

/** How many ticks of the processor's time there are in a second: Linux has said 100 for ever. */
const TICKS_PER_SECOND = 100;

/** What a process takes. */
export interface Vitals {
  /** Resident memory, in MiB. */
  readonly rss: number;
  /** The part of it that is in no file: heaps, buffers, stacks. In MiB. */
  readonly anonymous: number;
  /** The processor's time since it was started, in seconds. */
  readonly cpuSeconds: number;
  /** Its threads. */
  readonly threads: number;
  /** Its open files and sockets. */
  readonly descriptors: number;
}

/** What a process takes now. */
export async function vitalsOf(pid: number): Promise<Vitals> {
  const [status, stat] = await Promise.all([
    Deno.readTextFile(`/proc/${pid}/status`),
    Deno.readTextFile(`/proc/${pid}/stat`),
  ]);
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)![1]);
  // The name before the parenthesis may hold spaces. utime and stime are fields 14 and 15.
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
