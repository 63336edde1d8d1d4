/** A URL without its user name and password; other text stays as it is. */
export function redactUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}
