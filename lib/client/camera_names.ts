/** What the cameras of several servers are called. */

/** A camera of a server. */
export interface RemoteCamera {
  readonly host: string;
  readonly port: number;
  /** What its server calls it. */
  readonly id: string;
}

/**
 * A name for each camera: the server's own, with the server's in front where two would be the same:
 * `printer.local-porch`, and `printer.local-9998-porch` for two servers on one machine. A number is a
 * camera without a name, so it always gets its server's, unless there is only one server.
 */
export function namesOf(cameras: readonly RemoteCamera[], isOneServer: boolean): string[] {
  const choices = cameras.map(waysToName);
  const chosen = cameras.map(({ id }) => !isOneServer && /^\d+$/.test(id) ? 1 : 0);
  const names = () => choices.map((names, i) => names[chosen[i]]);
  // Names that differ in case alone are the same to some.
  for (let round = 1; round < choices[0]?.length; round++) {
    const seen = names().map((name) => name.toLowerCase());
    for (const [i, name] of seen.entries()) {
      const isTaken = seen.indexOf(name) !== seen.lastIndexOf(name);
      if (isTaken && chosen[i] < choices[i].length - 1) chosen[i]++;
    }
  }
  return names();
}

/** All that a camera may be called, the shortest first. */
export function waysToName({ host, port, id }: RemoteCamera): string[] {
  const server = host.replace(/[^a-z0-9.-]+/gi, "-").replace(/^[.-]+|-$/g, "");
  return [id, `${server}-${id}`, `${server}-${port}-${id}`];
}
