/** A value that counts its holders, and starts with one. */
export class Counted {
  holders = 1;

  retain(): void {
    this.holders++;
  }

  release(): void {
    this.holders--;
  }
}
