/** Looks up references and remembers what it gave out, so that none of it is shown anywhere. */
export interface Secrets {
  /** The value behind a reference; any other string is answered as it is. Throws SecretError when there is no value. */
  resolve(text: string): string;
  /** Remembers a secret that is written in a definition or in settings in clear, so that it is redacted too. */
  conceal(value: string): void;
  /** Remembers a secret that somebody else gave, such as a token, as one that was resolved: until many others came. */
  remember(value: string): void;
  /** Replaces every value that was resolved, remembered or concealed, in whatever form it comes back, by `[redacted]`. */
  redact(text: string): string;
}

/**
 * What hooks look up by: throws SecretError for what settings refer to. Whatever resolves for a hook asks for this type, so
 * that it cannot be given the other by mistake.
 */
export interface HookSecrets extends Secrets {
  readonly of: 'hooks';
}
