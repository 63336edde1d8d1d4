/**
 * Tells systemd how a service of `Type=notify` is.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 *
 * @module
 */

import { onAbort } from "../time/on_abort.ts";
import { allowedVariable } from "./allowed_variable.ts";

/** What Deno must be told to send what systemd waits for. */
const FIX = "set Type=exec in the service, or let Deno send notices, as examples/systemd does";

/** Hears how the program is. */
export interface ServiceManager extends Disposable {
  /**
   * The program is ready. From now on systemd hears that it runs, twice in each time that
   * `WatchdogSec=` allows, from the loop that does all work: one that hangs is started again.
   */
  ready(status: string): void;
}

/**
 * The service manager that started the program; undefined where none asks for notices. It hears of
 * the end when the signal is aborted.
 *
 * @throws {Error} when it waits for notices that cannot be sent, because it would end the program.
 */
export function serviceManager(signal: AbortSignal): ServiceManager | undefined {
  const path = allowedVariable("NOTIFY_SOCKET");
  if (path === undefined) return undefined;
  const socket = open(path);
  // A notice that is lost is one of many.
  const send = (text: string) => void socket.send(text).catch(() => {});
  const watchdogMs = Number(allowedVariable("WATCHDOG_USEC") ?? 0) / 1000;
  let watchdog: ReturnType<typeof setInterval> | undefined;
  const abort = onAbort(signal, () => send("STOPPING=1"));
  return {
    ready(status) {
      send(`READY=1\nSTATUS=${status.replaceAll("\n", " ")}`);
      if (watchdogMs > 0) watchdog ??= setInterval(() => send("WATCHDOG=1"), watchdogMs / 2);
    },
    [Symbol.dispose]() {
      clearInterval(watchdog);
      abort[Symbol.dispose]();
      socket.close();
    },
  };
}

interface NoticeSocket {
  send(text: string): Promise<unknown>;
  close(): void;
}

/** Deno's sockets for datagrams, which are there with `--unstable-net`. */
interface Datagrams {
  listenDatagram?(options: UnixAddress): {
    send(bytes: Uint8Array, to: UnixAddress): Promise<number>;
    close(): void;
  };
}

interface UnixAddress {
  readonly transport: "unixpacket";
  readonly path: string;
}

/** Opens a socket for notices, in the folder that systemd makes for the service while it runs. */
function open(manager: string): NoticeSocket {
  const folder = allowedVariable("RUNTIME_DIRECTORY");
  const { listenDatagram } = Deno as Datagrams;
  const to = { transport: "unixpacket", path: manager } as const;
  try {
    if (folder === undefined || !listenDatagram) throw new Error("Deno has no sockets for them");
    const socket = listenDatagram({ ...to, path: `${folder}/notices` });
    return {
      send: (text) => socket.send(new TextEncoder().encode(text), to),
      close: () => socket.close(),
    };
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`systemd waits for notices that cannot be sent (${reason}): ${FIX}`);
  }
}
