import { BasicAuth, type Credentials } from "../access/basic_auth.ts";
import { checkPair, type KeyPair } from "../access/certificate.ts";
import { HostPolicy } from "../access/host_policy.ts";
import type { Links } from "../access/links.ts";
import { ListenError } from "../access/listen_error.ts";
import { TrustedProxies } from "../access/trusted_proxies.ts";
import type { Hub } from "../flow/hub.ts";
import type { Frame } from "../frame/frame.ts";
import { onAbort } from "../time/on_abort.ts";
import type { AccessHints } from "./access.ts";
import { type ChannelOptions, Channels, ONLY } from "./channels.ts";
import { Connections } from "./connections.ts";
import type { Sites } from "./handler.ts";
import { HttpListener } from "./http_listener.ts";
import { createHttpServer, responder } from "./http_server.ts";
import type { FeedState } from "./state.ts";
import { readAssets } from "./page/assets.ts";

/** The port that viewers open by default. */
export const DEFAULT_HTTP_PORT = 8080;

/** Where an endpoint listens, and who gets in. */
export interface EndpointOptions {
  /** The address to listen on; `127.0.0.1`, which only this machine reaches, by default. */
  readonly host?: string;
  /** The port; 8080 by default, 0 picks one. */
  readonly port?: number;
  /** The viewers' name and password; without it, everybody may watch. */
  readonly credentials?: Credentials;
  /** Accepts links that were made with these, for the pictures of one camera. */
  readonly links?: Links;
  /** A certificate, or a chain of them, as PEM. With `key`, connections are TLS. */
  readonly cert?: string;
  /** The certificate's private key, as PEM. */
  readonly key?: string;
  /** Additional host names to answer to, beside this machine's own names and addresses. */
  readonly allowHosts?: readonly string[];
  /**
   * Proxies, by address or network (`10.0.0.0/8`), whose `X-Forwarded-For` names the viewer. The
   * viewer's address is then throttled and shown, not the proxy's.
   */
  readonly trustProxies?: readonly string[];
  /** Origins whose pages may use the answers (CORS); `*` is all. */
  readonly allowOrigins?: readonly string[];
  /** How messages name the options that admit more; by default, by their own names. */
  readonly hints?: AccessHints;
  /** Called, again and again, with the error that keeps the endpoint from accepting viewers. */
  readonly onTrouble?: (reason: string) => void;
  /** Called for each refused request, with the reason, and with what would allow it. */
  readonly onRefused?: (reason: string) => void;
  /** Closes the endpoint. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode serveHttp} with one camera. */
export interface HttpOptions extends EndpointOptions, ChannelOptions {
  /** Returns the state for `/state`. */
  readonly readState: () => FeedState;
}

/** A running endpoint. Closing it ends all streams. */
export interface ViewerServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: Deno.NetAddr;
  /** How many viewers there are now. */
  readonly viewers: number;
  /**
   * Uses another certificate for new connections. Open connections continue.
   *
   * @throws {CertificateError} when certificate and key cannot be used; the old ones stay.
   * @throws {TypeError} when the endpoint was started without HTTPS.
   */
  renew(pair: KeyPair): void;
}

/**
 * Shows the frames of one or several cameras to viewers over HTTP. Closing it ends the channels.
 *
 * @throws {ListenError} when the address cannot be listened on.
 * @throws {CertificateError} when certificate and key cannot be used.
 * @throws {TypeError} when a trusted proxy is not an address.
 */
export function serveHttp(frames: Hub<Frame>, options: HttpOptions): Promise<ViewerServer>;
export function serveHttp(channels: Channels, options: EndpointOptions): Promise<ViewerServer>;
export async function serveHttp(
  shown: Hub<Frame> | Channels,
  options: EndpointOptions | HttpOptions,
): Promise<ViewerServer> {
  const {
    host = "127.0.0.1",
    port = DEFAULT_HTTP_PORT,
    credentials,
    links,
    cert,
    key,
    allowHosts,
    allowOrigins: origins = [],
    trustProxies = [],
    hints = { allowHost: "allowHosts", allowOrigin: "allowOrigins" },
    onTrouble = () => {},
    onRefused = () => {},
    signal,
  } = options;
  signal?.throwIfAborted();
  let pair = cert === undefined || key === undefined ? undefined : { cert, key };
  if (pair) checkPair(pair);
  const proxies = new TrustedProxies(trustProxies);
  readAssets();
  const channels = shown instanceof Channels ? shown : only(shown, options as HttpOptions);
  const hosts = new HostPolicy(allowHosts);
  const auth = credentials && new BasicAuth(credentials);
  const site: Sites = {
    get channels() {
      return channels.channels;
    },
    places: channels.places,
    hosts,
    auth,
    links,
    origins,
    proxies,
    hints,
    onRefused,
  };
  const connections = new Connections(responder(site));
  let server: ReturnType<typeof createHttpServer>;
  const create = () => server = createHttpServer(connections, pair);
  let listener: HttpListener;
  try {
    listener = await HttpListener.start({ host, port, create, onTrouble });
  } catch (error) {
    channels[Symbol.dispose]();
    connections[Symbol.dispose]();
    throw new ListenError(error, "http", host, port);
  }
  let closed: Promise<void> | undefined;
  const close = () => {
    channels[Symbol.dispose]();
    connections[Symbol.dispose]();
    return closed ??= listener[Symbol.asyncDispose]();
  };
  const abort = onAbort(signal, close);
  return {
    address: listener.address,
    get viewers() {
      return channels.places.count;
    },
    renew(newer) {
      if (!pair) throw new TypeError("This endpoint was started without HTTPS");
      checkPair(newer);
      pair = newer;
      if ("setSecureContext" in server) server.setSecureContext({ ...newer });
    },
    async [Symbol.asyncDispose]() {
      abort[Symbol.dispose]();
      await close();
    },
  };
}

function only(frames: Hub<Frame>, { readState, ...options }: HttpOptions): Channels {
  const channels = new Channels(options);
  channels.show(new Map([[ONLY, { frames, readState }]]));
  return channels;
}
