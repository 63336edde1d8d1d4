/**
 * Turns at something that only a limited number can use at the same time. The longest waiting is
 * next.
 */
export class Turns {
  #free: number;
  readonly #waiting: ((turn: Disposable) => void)[] = [];

  /** @param count how many can use it at the same time. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a turn, which ends when it is disposed of. */
  take(): Promise<Disposable> {
    const { promise, resolve } = Promise.withResolvers<Disposable>();
    this.#waiting.push(resolve);
    this.#next();
    return promise;
  }

  #next(): void {
    if (this.#free === 0) return;
    const resolve = this.#waiting.shift();
    if (!resolve) return;
    this.#free--;
    resolve(this.#turn());
  }

  #turn(): Disposable {
    let over = false;
    return {
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        this.#free++;
        this.#next();
      },
    };
  }
}
