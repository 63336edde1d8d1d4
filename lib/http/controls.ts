/** A camera's controls over HTTP. */

import * as v from "valibot";
import { ControlError, type ControlErrorCode, type Controls } from "../flow/controls.ts";
import { within } from "../time/deadline.ts";
import type { AccessHints } from "./access.ts";
import type { Channel } from "./channels.ts";
import { json, text } from "./reply.ts";
import { MAX_BODY_BYTES } from "./request_head.ts";
import { unavailableReason } from "./state.ts";

/** How long the controls may take to be read when the camera is new, in milliseconds. */
const READ_MS = 1000;
/** How long the name of a control may be, in characters. */
const MAX_CONTROL_NAME = 64;

/** The body of a `POST`: `{"brightness":10}`. A switch may be true or false. */
const Values = v.record(
  v.pipe(v.string(), v.regex(/^[a-z_]\w*$/i), v.maxLength(MAX_CONTROL_NAME)),
  v.union([
    v.pipe(v.number(), v.safeInteger()),
    v.pipe(v.boolean(), v.transform(Number)),
  ]),
);

/** The statuses of errors; 409 for all others. */
const STATUS: Readonly<Partial<Record<ControlErrorCode, number>>> = {
  unknown: 400,
  "out-of-range": 400,
  "not-allowed": 403,
  "too-many": 429,
};

/** The answer to a `GET`: all controls. */
export async function readControls(channel: Channel, hints: AccessHints): Promise<Response> {
  const controls = await controlsOf(channel, hints);
  return controls instanceof Response ? controls : json(controls.list);
}

/** The answer to a `POST`: all controls after the change, or why there was none. */
export async function changeControls(
  channel: Channel,
  request: Request,
  hints: AccessHints,
): Promise<Response> {
  const values = await valuesOf(request);
  if (values instanceof Response) return values;
  const controls = await controlsOf(channel, hints);
  if (controls instanceof Response) return controls;
  if (!controls.set) return text(409, "This camera has no controls");
  try {
    await controls.set(values);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return text(STATUS[error.code] ?? 409, error.message);
  }
  return json(channel.controls?.latest?.list ?? []);
}

async function valuesOf(request: Request): Promise<v.InferOutput<typeof Values> | Response> {
  const { headers } = request;
  if (headers.has("transfer-encoding")) return text(411, "The length of the JSON must be given");
  if (Number(headers.get("content-length")) > MAX_BODY_BYTES) {
    return text(413, `The JSON may have at most ${MAX_BODY_BYTES} bytes`);
  }
  const body = await request.json().catch(() => undefined);
  const { success, output } = v.safeParse(Values, body);
  if (success) return output;
  return text(400, 'It takes controls with whole numbers as JSON, such as {"brightness":10}');
}

/** The controls, once they are known, or why viewers have none. */
async function controlsOf(channel: Channel, hints: AccessHints): Promise<Controls | Response> {
  const { controls } = channel;
  const latest = controls?.latest ?? (controls && await first(controls));
  if (latest) return latest;
  const reason = controls && unavailableReason(channel.readState());
  if (reason !== undefined) return text(409, reason);
  const { allowControl: hint = "allowControl" } = hints;
  return text(403, `Viewers may not change this camera; allow it with ${hint}`);
}

async function first(controls: NonNullable<Channel["controls"]>): Promise<Controls | undefined> {
  using states = controls.follow();
  return await within(states.next(), READ_MS, "").then(({ value }) => value, () => undefined);
}
