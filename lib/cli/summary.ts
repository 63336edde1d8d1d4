/**
 * The block that a terminal shows once a program is ready: what runs, and every address to open.
 */

import type { Feed } from "../flow/feed.ts";
import { bracketed, isEverywhere, urlOf } from "../http/url.ts";
import { DEFAULT_PORT } from "../wire/protocol.ts";
import { bold, dim, link, warning } from "./style.ts";
import { complain } from "./terminal.ts";
import manifest from "../../deno.json" with { type: "json" };

/** The width of the first column. */
const LABEL = 9;

/** One line: a label and its text; left out if the text is undefined. */
export type Row = readonly [label: string, text: string | undefined];

/** Shows a short block. */
export function showSummary(program: string, rows: readonly Row[]): void {
  complain(["", `  ${bold(`socketcam ${program}`)} ${dim(manifest.version)}`, ""].join("\n"));
  for (const [label, text] of rows) {
    if (text !== undefined) complain(`  ${dim(label.padEnd(LABEL))}${text}`);
  }
  complain(`\n  ${dim("Ctrl+C ends it.")}\n`);
}

/** The rows with the cameras, and with the mode of a single one. */
export function cameraRows(cameras: ReadonlyMap<string, Pick<Feed, "info">>): Row[] {
  const rows = [...cameras].map(([id, { info }]) => ({ id, ...info }));
  if (rows.length === 1) return [["Camera", rows[0].name ?? "none yet"], ["Mode", rows[0].mode]];
  return rows.map(({ id, name = "none yet", mode }, i) => [
    i === 0 ? "Cameras" : "",
    [`${id}: ${name}`, ...mode ? [mode] : []].join(", "),
  ]);
}

/** The rows with the addresses of an endpoint. @param isOpen whether everybody may enter. */
export function addressRows(
  address: Deno.NetAddr,
  { cert, isOpen }: { readonly cert?: string; readonly isOpen: boolean },
): Row[] {
  const rows: Row[] = [["Local", link(urlOf(address, { cert }))]];
  const others = isEverywhere(address.hostname) ? networkHosts() : [];
  for (const [i, hostname] of others.entries()) {
    rows.push([i === 0 ? "Network" : "", link(urlOf({ hostname, port: address.port }, { cert }))]);
  }
  if (others.length > 0 && isOpen) rows.push(["", warning("open to everyone on the network")]);
  return rows;
}

/** This machine's name and addresses, as others on the network reach it. */
export function networkHosts(): string[] {
  const name = ask(() => Deno.hostname().split(".")[0]);
  const addresses = ask(() => Deno.networkInterfaces()) ?? [];
  return [
    ...name ? [`${name}.local`] : [],
    ...addresses
      .filter(({ address, family }) => family === "IPv4" && !/^(127|169\.254)\./.test(address))
      .map(({ address }) => address),
  ];
}

/** Left out if Deno does not allow it. */
function ask<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The row with the command that watches a server from another machine. The token stays secret. */
export function clientRow(
  { hostname, port }: Deno.NetAddr,
  { token, cert }: { readonly token?: string; readonly cert?: string },
): Row {
  const [host = hostname] = isEverywhere(hostname) ? networkHosts() : [];
  const at = port === DEFAULT_PORT ? bracketed(host) : `${bracketed(host)}:${port}`;
  const secret = token === undefined ? "" : " --token …";
  const tls = cert === undefined ? "" : " --tls";
  return ["Watch", `deno run -A client.ts --host ${at}${secret}${tls}`];
}
