/** Where a server is. */
export interface ServerAddress {
  /** Its name or address. */
  readonly host: string;
  /** Its port; by default the one in the options, or 9999. */
  readonly port?: number;
}
