import { ListenError } from "../access/listen_error.ts";
import { CameraError } from "../camera/camera_error.ts";
import { type RefusalCode, RefusedError } from "../client/refused_error.ts";
import { howToAllow } from "./not_allowed.ts";

const REFUSED: Readonly<Partial<Record<RefusalCode, string>>> = {
  "no-token": "give it with --token",
  "wrong-token": "give the right one with --token",
  "speaks-tls": "add --tls, or --ca FILE",
  "no-tls": "leave out --tls and --ca",
  "no-camera": "name one of these with --camera",
  "other-name": "give --host one of its names, or make a certificate for this one",
  "untrusted-certificate": "name its issuer with --ca FILE",
};

const CAMERA: Readonly<Partial<Record<CameraError["code"], string>>> = {
  "no-webcam": "--wait waits for one, and --device test shows a test picture",
  "pi-camera": "--wait waits for one, and --device rpicam reads the camera on the ribbon cable",
  "no-program": "--wait waits for it",
  "no-bandwidth": "lower --size or --fps, or plug it into a port of another bus",
  filter: "fix --filter",
};

const PORT = { socket: "--port", http: "--http-port" };

/** The message of an error, with the option that fixes it. */
export function withHint(error: Error): string {
  const hint = hintFor(error);
  return hint ? `${error.message}; ${hint}` : error.message;
}

function hintFor(error: Error): string | undefined {
  if (error instanceof RefusedError) return REFUSED[error.code];
  if (error.cause instanceof Deno.errors.NotCapable) return howToAllow(error.cause);
  if (error instanceof CameraError) return CAMERA[error.code];
  if (error instanceof ListenError && error.code === "EADDRINUSE") {
    return `end it, or choose another port with ${PORT[error.service]}`;
  }
}
