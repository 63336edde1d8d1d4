/**
 * The address of something beside the page. Without the name and the password that may be in the
 * page's own address (bookmarks and kiosks have them): no request may have them in its address. The
 * browser sends them by itself.
 */
export function address(path) {
  const url = new URL(path, document.baseURI);
  url.username = url.password = "";
  return url;
}
