import { connectTcp, type HttpLink } from "./http_link.ts";

/** How long a server may take to accept a connection, in milliseconds. */
export const CONNECT_MS = 10_000;

/** Connects to the server of a URL. @param signal ends the attempt. */
export async function connectHttp(url: URL, signal: AbortSignal): Promise<HttpLink> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const late = AbortSignal.timeout(CONNECT_MS);
  const limited = AbortSignal.any([signal, late]);
  try {
    if (url.protocol === "http:") {
      return await connectTcp(hostname, Number(url.port || 80), limited);
    }
    // Node's TLS takes 11 MB, which few cameras need.
    const { openTls } = await import("../flow/tls_link.ts");
    // Cameras sign their certificates themselves; ffmpeg does not check them either.
    const options = { ALPNProtocols: ["http/1.1"], rejectUnauthorized: false };
    return await openTls(hostname, Number(url.port || 443), options, limited);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw new Error(`it has accepted no connection for ${CONNECT_MS / 1000} s`);
    throw error;
  }
}
