/** The names of several servers' cameras. */

import type { ServerAddress } from "./server_address.ts";

/** A camera of a server. */
export interface RemoteCamera {
  readonly server: Required<ServerAddress>;
  /** Its name at the server. */
  readonly id: string;
}

/** Names the cameras of some servers. */
export class CameraNames {
  readonly #servers: readonly Required<ServerAddress>[];

  constructor(servers: readonly Required<ServerAddress>[]) {
    this.#servers = servers;
  }

  /**
   * A name for each camera: the one of its server, behind the server's own name if two would be the
   * same. A number stands for a camera without a name, so with several servers it always follows
   * the server's name. No server can give its camera the name of another server's camera: a name
   * that is taken gets a number.
   */
  of(cameras: readonly RemoteCamera[]): string[] {
    const own = cameras.map(({ id }) => id.toLowerCase());
    const long = cameras.map((camera) => this.long(camera));
    const others = new Set(long.map((name) => name.toLowerCase()));
    const isShort = ({ id }: RemoteCamera, i: number) =>
      this.#servers.length === 1 ||
      !/^\d+$/.test(id) && own.indexOf(own[i]) === own.lastIndexOf(own[i]) && !others.has(own[i]);
    const taken = new Map<string, number>();
    return cameras.map((camera, i) => {
      const name = isShort(camera, i) ? camera.id : long[i];
      const count = (taken.get(name) ?? 0) + 1;
      taken.set(name, count);
      return count === 1 ? name : `${name}.${count}`;
    });
  }

  /** `printer.local-porch`, and `printer.local-9998-porch` if another server has the same host. */
  long({ server: { host, port }, id }: RemoteCamera): string {
    const server = host.replace(/[^a-z0-9.-]+/gi, "-").replace(/^[.-]+|-$/g, "") || "server";
    const isShared = this.#servers.filter((other) => other.host === host).length > 1;
    return [server, ...isShared ? [port] : [], id].join("-");
  }
}
