/**
 * nginx and Caddy on loopback, with what the documents tell a user to write.
 *
 * @module
 */

import { selfSigned } from "./certificates.ts";
import { nginxConfig } from "./nginx.ts";
import { freePort } from "./ports.ts";
import { Program } from "./programs.ts";

/** A name that leads to this machine in every browser, and that nobody else accepts. */
export const NAME = "camera.localhost";

/** A running proxy with TLS; disposing of it ends it. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
}

/** The blocks of code of a language in a document. */
export async function snippets(document: string, language: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`../../${document}`, import.meta.url));
  return [...text.matchAll(new RegExp("^```" + language + "\n([^]+?)^```", "gm"))]
    .map(([, code]) => code);
}

/** Starts the proxy that a snippet is for, with {@linkcode NAME} and a port of loopback in it. */
export async function startProxy(
  program: "nginx" | "caddy",
  snippet: string,
  upstream: string,
): Promise<Proxy> {
  const folder = await Deno.makeTempDir({ prefix: `socketcam-${program}-` });
  const port = freePort();
  const { certFile, keyFile } = await selfSigned(folder, `DNS:${NAME},DNS:localhost`);
  const site = replaceAll(snippet, {
    "127.0.0.1:8080": new URL(upstream).host,
    "listen 443": `listen 127.0.0.1:${port}`,
    "/etc/letsencrypt/live/cam.example.org/fullchain.pem": certFile,
    "/etc/letsencrypt/live/cam.example.org/privkey.pem": keyFile,
  }, program === "nginx");
  const config = program === "nginx" ? nginxConfig(folder, site) : `{
      admin off
      auto_https disable_redirects
      local_certs
      skip_install_trust
      default_bind 127.0.0.1
      https_port ${port}
      storage file_system ${folder}/storage
    }
    ${site}`;
  await Deno.writeTextFile(
    `${folder}/conf`,
    config.replaceAll("cam.example.org", NAME),
  );
  const args = program === "nginx"
    ? ["-c", `${folder}/conf`, "-e", "stderr"]
    : ["run", "--config", `${folder}/conf`, "--adapter", "caddyfile"];
  const running = new Program(program, args, { HOME: folder, XDG_DATA_HOME: folder });
  const proxy = {
    port,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await running.says(/using the "epoll" event method|start worker|certificate obtained/);
    return proxy;
  } catch (error) {
    await proxy[Symbol.asyncDispose]();
    throw error;
  }
}

/** Replaces texts; each must be there if `all` are needed. */
function replaceAll(text: string, by: Readonly<Record<string, string>>, all: boolean): string {
  for (const [from, to] of Object.entries(by)) {
    if (all && !text.includes(from)) throw new Error(`The snippet has no ${from}:\n${text}`);
    text = text.replaceAll(from, to);
  }
  return text;
}
