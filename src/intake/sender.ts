/** Who sends events, where senders are told apart. */
export interface Sender {
  /** What answers call it. */
  readonly name: string;
  /** Whether events of a source are its to send. */
  mayEmit(source: string): boolean;
}
