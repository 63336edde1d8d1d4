/** `socketcam://HOST:PORT/CAMERA`: another server's camera, as a device. */

import { redact } from "../access/redact.ts";
import { DEFAULT_PORT } from "../wire/protocol.ts";
import { UsageError } from "./usage_error.ts";

/** Where another server's camera is. */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** Whether to speak TLS, as `socketcams://` says. */
  readonly tls: boolean;
  /** The camera; the server's first one if it is undefined. */
  readonly camera: string | undefined;
  /** The server's token, if it is not this one's. */
  readonly token: string | undefined;
}

/** Reads an address; undefined if this is another kind of device. @throws {UsageError} */
export function parseRelay(device: string): RelayAddress | undefined {
  if (!/^socketcams?:/i.test(device)) return undefined;
  const url = URL.parse(device);
  const [, camera] = /^\/?([^/]*)\/?$/.exec(url?.pathname ?? "//") ?? [];
  if (!url?.hostname || camera === undefined || url.search || url.hash) {
    throw new UsageError(`--device ${redact(device)}: write it as socketcam://HOST:PORT/CAMERA`);
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    tls: url.protocol === "socketcams:",
    camera: camera === "" ? undefined : decode(camera),
    token: url.password === "" ? undefined : decode(url.password),
  };
}

/** Decodes percent signs; a malformed text is taken literally. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
