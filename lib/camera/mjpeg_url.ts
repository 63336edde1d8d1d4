/**
 * Whether a URL gives JPEGs, one after the other.
 *
 * @module
 */

/** How long a server may take to say what it gives, in milliseconds. */
export const ANSWER_MS = 3000;

/** Asks for the type alone; a server that does not answer is for ffmpeg to complain about. */
export async function isMjpegUrl(url: string, signal?: AbortSignal): Promise<boolean> {
  if (!url.startsWith("http")) return false;
  const patience = AbortSignal.timeout(ANSWER_MS);
  try {
    const { username, password, origin, pathname, search } = new URL(url);
    // fetch() refuses a URL with a name and a password in it.
    const headers: HeadersInit = username
      ? {
        authorization: `Basic ${
          btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
        }`,
      }
      : {};
    const response = await fetch(`${origin}${pathname}${search}`, {
      headers,
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    await response.body?.cancel();
    return response.headers.get("content-type")?.startsWith("multipart/x-mixed-replace") ?? false;
  } catch {
    return false;
  }
}
