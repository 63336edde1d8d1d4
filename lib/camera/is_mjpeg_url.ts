/** Whether a URL is a stream of JPEGs. */

/** How long a server may take to answer, in milliseconds. */
const ANSWER_MS = 3000;

/** Asks for the content type; false if the server does not answer, since ffmpeg will say why. */
export async function isMjpegUrl(url: string, signal?: AbortSignal): Promise<boolean> {
  if (!url.startsWith("http")) return false;
  const timeout = AbortSignal.timeout(ANSWER_MS);
  try {
    const { username, password, origin, pathname, search } = new URL(url);
    // fetch() refuses a URL with credentials.
    const credentials = [username, password].map(decodeURIComponent).join(":");
    const response = await fetch(`${origin}${pathname}${search}`, {
      headers: username ? { authorization: `Basic ${btoa(credentials)}` } : {},
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    await response.body?.cancel();
    return response.headers.get("content-type")?.startsWith("multipart/x-mixed-replace") ?? false;
  } catch {
    return false;
  }
}
