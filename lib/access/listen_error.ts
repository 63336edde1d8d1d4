/** Thrown when an address cannot be listened on. */
export class ListenError extends Error {
  /** The error's name in messages. */
  override name = "ListenError";
  /** The system's code: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
  readonly code: string | undefined;
  /** What tried to listen there. */
  readonly service: "socket" | "http";

  /** Wraps the system's error, which stays available as `cause`. */
  constructor(cause: unknown, service: "socket" | "http", host: string, port: number) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(
      code === "EADDRINUSE"
        ? `Port ${port} is taken by another program`
        : `Cannot listen on ${host}:${port}: ${message}`,
      { cause },
    );
    this.code = code;
    this.service = service;
  }
}

/** The report when there are no file descriptors left. */
export const OUT_OF_DESCRIPTORS =
  "Too many files are open: new connections wait until others end; allow more with ulimit -n";

/** Whether an error means that this process, or the whole system, has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EMFILE" || code === "ENFILE";
}
