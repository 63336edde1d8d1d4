/** Types of what this project uses of Deno's standard library: `deno-std` on npm has none. */

declare module "@std/assert" {
  // deno-lint-ignore no-explicit-any
  type Class<T> = abstract new (...args: any[]) => T;

  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    message?: string,
  ): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertThrows(run: () => unknown): unknown;
  export function assertThrows<E extends Error>(
    run: () => unknown,
    type: Class<E>,
    includes?: string,
  ): E;
  export function assertRejects(run: () => PromiseLike<unknown>): Promise<unknown>;
  export function assertRejects<E extends Error>(
    run: () => PromiseLike<unknown>,
    type: Class<E>,
    includes?: string,
  ): Promise<E>;
}

declare module "@std/async/deadline" {
  export function deadline<T>(promise: Promise<T>, ms: number): Promise<T>;
}

declare module "@std/async/delay" {
  export function delay(ms: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

declare module "@std/bytes/concat" {
  export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "@std/crypto/timing-safe-equal" {
  export function timingSafeEqual(a: ArrayBufferView, b: ArrayBufferView): boolean;
}

declare module "@std/http/negotiation" {
  /** The first of `types` that the client prefers; undefined if it accepts none. */
  export function accepts<T extends string>(request: Request, ...types: T[]): T | undefined;
}

declare module "@std/fmt/colors" {
  export function setColorEnabled(value: boolean): void;
  export function bold(text: string): string;
  export function cyan(text: string): string;
  export function dim(text: string): string;
  export function red(text: string): string;
  export function yellow(text: string): string;
}

declare module "@std/text/closest-string" {
  export function closestString(word: string, words: readonly string[]): string;
}
