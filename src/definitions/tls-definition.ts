/** Certificates of the connection to a receiver or a NATS server, in PEM or as references. */
export interface TlsDefinition {
  /** Who vouches for the other side, one or several; null: whom the machine trusts. */
  readonly ca: string | null;
  /** What the other side is shown; null where `key` is. */
  readonly cert: string | null;
  readonly key: string | null;
}
