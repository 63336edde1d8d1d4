/**
 * Query parameters that are shown, because they choose a picture. Anything else could be a secret.
 */
const HARMLESS = new Set(
  ("action camera cam ch channel cmd codec compression fps framerate rate format height width mode " +
    "profile quality res resolution size stream streamtype subtype timeout transport type video")
    .split(" "),
);
/** User name and password: up to the last @ in front of the path. */
const USER = /(:\/\/)[^\s/?#]*@/g;
/**
 * The same, if the password contains unescaped characters that end a host: better hide too much. A
 * name with a dot and a port is a host, and an @ behind it belongs to the path.
 */
const ODD_USER = /(:\/\/)(?![^\s/?#@:]*\.[^\s/?#@:]*:\d{1,5}[/?#])[^\s/?#@:"'<>[]+:\S*@/g;
/** The same, with blanks in the password; behind a port, they are between words. */
const BLANK_USER = /(:\/\/)(?![^\s/?#@:]*:\d{1,5}(?![^\s/?#"']))[^\s/?#@:"'<>[]+:[^/?#\n]*@/g;
/** The rest of a URL: the path, the query and the fragment. */
const REST = /(:\/\/[^\s"'<>?#]*)([?#][^\s"'<>]*)?/g;
/** A secret in a path, which some RTSP cameras expect. */
const SECRET =
  /([^a-z\d])(user(?:name)?|usr|login|pwd|pass(?:wd|word)?|psw|token|auth|key)=[^&/]*/gi;

/**
 * A text, such as an address or a line of a log, without the secrets of the URLs in it: user names
 * and passwords, and all query parameters that are not known to be harmless.
 */
export function redact(text: string): string {
  return text.replace(ODD_USER, "$1").replace(BLANK_USER, "$1").replace(USER, "$1")
    .replace(REST, (_, path, query = "") => path.replace(SECRET, "$1$2=***") + redactQuery(query));
}

function redactQuery(query: string): string {
  return query.replace(/([?&;#])([^?&;#]*)/g, (whole, mark, item) => {
    const [name, value = ""] = item.split("=");
    const isHarmless = HARMLESS.has(name.toLowerCase()) && /^[\w.-]{0,20}$/.test(value);
    return isHarmless || item === "" ? whole : `${mark}***`;
  });
}
