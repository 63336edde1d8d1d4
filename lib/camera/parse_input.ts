/** What the option `device` may say. */

/** Where frames come from. */
export type Input =
  | { readonly kind: "test" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "webcam"; readonly choice: WebcamChoice };

/** Which webcam. */
export type WebcamChoice =
  | { readonly by: "auto" }
  | { readonly by: "index"; readonly index: number }
  | { readonly by: "path"; readonly path: string }
  | { readonly by: "name"; readonly part: string };

/** Parses `auto`, `0`, `/dev/video0`, part of a name, `test`, a file's path or a URL. */
export async function parseInput(device: string): Promise<Input> {
  if (device === "test") return { kind: "test" };
  if (device === "auto") return { kind: "webcam", choice: { by: "auto" } };
  if (/^\d+$/.test(device)) {
    return { kind: "webcam", choice: { by: "index", index: Number(device) } };
  }
  if (device.startsWith("/dev/")) return { kind: "webcam", choice: { by: "path", path: device } };
  if (/^(rtsps?|https?):\/\//.test(device)) return { kind: "url", url: device };
  if (await isFile(device)) return { kind: "file", path: device };
  return { kind: "webcam", choice: { by: "name", part: device } };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
