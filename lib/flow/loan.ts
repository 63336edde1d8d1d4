/**
 * Values whose memory is given back as soon as nobody needs it, long before the collector comes.
 *
 * For a picture, memory that was just in use costs nothing. New memory is fetched from the system
 * page by page, which takes longer than copying the picture into it, and the collector lets tens of
 * MiB of used memory lie about. So who takes part says from when to when a value is needed. Who does
 * not need not care: a value that anybody may keep is left to the collector, and so is one whose
 * holder never says that it has done.
 *
 * @module
 */

interface Loan {
  holders: number;
  readonly end: () => void;
}

const loans = new WeakMap<object, Loan>();

/** Has `end` called once all who have held the value have dropped it. */
export function lend(value: object, end: () => void): void {
  loans.set(value, { holders: 0, end });
}

/** The value is needed, until it is dropped. */
export function hold(value: object): void {
  const loan = loans.get(value);
  if (loan) loan.holders++;
}

/** The value is not needed any more by one who held it. */
export function drop(value: object): void {
  const loan = loans.get(value);
  if (!loan || --loan.holders > 0) return;
  loans.delete(value);
  loan.end();
}

/** The value is given to somebody who may need it for ever. */
export function keep(value: object): void {
  loans.delete(value);
}
