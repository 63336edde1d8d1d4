/**
 * nginx in front of a viewers' address, with its defaults except for what a proxy must pass on.
 *
 * @module
 */

import { filesBelow } from "./module_graph.ts";
import { freePort } from "./ports.ts";
import { Program } from "./programs.ts";

/** A running nginx. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  /** The names of the files in which it keeps what viewers have not read yet. */
  spooled(): string[];
}

/** Starts nginx on loopback in front of `upstream`, with these lines in its `location`. */
export async function startNginx(upstream: string, ...lines: string[]): Promise<Nginx> {
  const folder = await Deno.makeTempDir({ prefix: "socketcam-nginx-" });
  const port = freePort();
  const config = nginxConfig(
    folder,
    `server {
      listen 127.0.0.1:${port};
      location / { proxy_pass ${upstream}; ${lines.join(" ")} }
    }`,
  );
  await Deno.writeTextFile(`${folder}/conf`, config);
  const nginx = new Program("nginx", ["-c", `${folder}/conf`, "-e", "stderr"]);
  try {
    await nginx.says(/start worker|using the "epoll" event method/);
  } catch (error) {
    await nginx[Symbol.asyncDispose]();
    throw error;
  }
  return {
    port,
    spooled: () => filesBelow(`${folder}/proxy`),
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** The configuration of an nginx that keeps its files in `folder`. */
export function nginxConfig(folder: string, server: string): string {
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`);
  return `
    daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log stderr notice;
    events {}
    http {
      access_log off;
      ${temp.join("\n")}
      ${server}
    }`;
}
