import { RateLimit } from "../time/rate_limit.ts";
import { ControlRate } from "../wire/control_rate.ts";
import { MAX_FRAMES_PER_SECOND, SERVER_CONTROL_BYTES } from "../wire/protocol.ts";

/** How much a client takes from a server in a second, over all its connections to it. */
export class ServerLimits {
  readonly controls = new ControlRate(SERVER_CONTROL_BYTES);
  readonly frames = new RateLimit(MAX_FRAMES_PER_SECOND);
}
