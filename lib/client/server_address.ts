/** Where a server is. */
export interface ServerAddress {
  /** Its name or address. */
  readonly host: string;
  /** Its port; that of the options, or 9999, by default. */
  readonly port?: number;
}
