/**
 * Debian's Firefox, headless, driven with WebDriver BiDi (https://w3c.github.io/webdriver-bidi): JSON
 * over a WebSocket that Firefox opens itself. Playwright works only with a Firefox of its own.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { Program } from "./programs.ts";

/** How long Firefox may take to answer, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A proxy that does not exist, except for this machine's names, so that nothing leaves it. */
const PREFERENCES: Readonly<Record<string, string | number | boolean>> = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "app.normandy.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "browser.startup.page": 0,
  "browser.startup.homepage_override.mstone": "ignore",
};

/** What BiDi sends: an answer to a command, or an event. */
interface Message {
  readonly id?: number;
  readonly type: "success" | "error" | "event";
  readonly method?: string;
  readonly params?: { readonly level: string; readonly text: string };
  // deno-lint-ignore no-explicit-any -- each command has its own result.
  readonly result?: any;
  readonly message?: string;
}

/** A running Firefox with one tab. */
export class Firefox implements AsyncDisposable {
  /** Errors and warnings of the console. */
  readonly complaints: string[] = [];
  readonly #program: Program;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  #tab = "";
  #id = 0;

  private constructor(program: Program, profile: string, socket: WebSocket) {
    this.#program = program;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
  }

  /** Starts it with an empty profile. */
  static async start(): Promise<Firefox> {
    const profile = await Deno.makeTempDir();
    const preferences = Object.entries(PREFERENCES).map(([name, value]) =>
      `user_pref("${name}", ${JSON.stringify(value)});\n`
    );
    await Deno.writeTextFile(`${profile}/user.js`, preferences.join(""));
    const args = [
      "--headless",
      "--no-remote",
      "--profile",
      profile,
      "--remote-debugging-port",
      "0",
    ];
    const program = new Program("firefox-esr", args, { HOME: profile });
    const [, url] = await program.says(/WebDriver BiDi listening on (ws:[^\s]+)/, PATIENCE_MS);
    const socket = new WebSocket(`${url}/session`);
    await deadline(new Promise((resolve) => socket.onopen = resolve), PATIENCE_MS);
    const firefox = new Firefox(program, profile, socket);
    await firefox.#ask("session.new", { capabilities: {} });
    await firefox.#ask("session.subscribe", { events: ["log.entryAdded"] });
    const { contexts } = await firefox.#ask("browsingContext.getTree", {});
    firefox.#tab = contexts[0].context;
    return firefox;
  }

  /** Opens a URL without waiting for its end: a stream has none. */
  async open(url: string): Promise<void> {
    await this.#ask("browsingContext.navigate", { context: this.#tab, url, wait: "none" });
  }

  /** What the tab shows now, as a PNG. */
  async screenshot(): Promise<Uint8Array<ArrayBuffer>> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (true) {
      try {
        const context = this.#tab;
        const { data } = await this.#ask("browsingContext.captureScreenshot", { context });
        return Uint8Array.fromBase64(data);
      } catch (error) {
        // In a bare stream, each picture is a document, and this one has just been replaced.
        const isReplaced = /Unable to capture screenshot/.test((error as Error).message);
        if (!isReplaced || performance.now() > giveUpAt) throw error;
      }
    }
  }

  // deno-lint-ignore no-explicit-any -- each command has its own result.
  async #ask(method: string, params: unknown): Promise<any> {
    const id = ++this.#id;
    const answered = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { type, result, message } = await deadline(answered, PATIENCE_MS);
    if (type === "error") throw new Error(`${method}: ${message}`);
    return result;
  }

  #heard(message: Message): void {
    if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    const { method, params } = message;
    if (method === "log.entryAdded" && ["warn", "error"].includes(params!.level)) {
      this.complaints.push(params!.text);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.send(JSON.stringify({ id: ++this.#id, method: "browser.close", params: {} }));
    await deadline(closed, PATIENCE_MS);
    await this.#program.ends();
    await Deno.remove(this.#profile, { recursive: true });
  }
}
