/** The headers of every answer. */
export function headers(type: string): Record<string, string> {
  return {
    "content-type": type,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
}

/** An answer of one sentence, given without its full stop. */
export function text(status: number, words: string, more: Record<string, string> = {}): Response {
  return new Response(`${words}\n`, {
    status,
    headers: { ...headers("text/plain; charset=utf-8"), ...more },
  });
}

/** An answer of data. */
export function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: headers("application/json") });
}
