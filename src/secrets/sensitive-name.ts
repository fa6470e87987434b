const SENSITIVE_NAME =
  /authorization|bearer|cookie|token|secret|passw(?:or)?d|passphrase|credential|(?:api|access|private|routing)[-_]?key|signature|(?:^|[-_])(?:auth|nkey|creds)(?:$|[-_])/i;

/** What is said about a secret, such as `token_type`, is none. */
const ABOUT_ONE = /(?:type|name|version|count|url|uri|ttl)$/i;

/** Whether a header or field of this name usually holds a secret. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE_NAME.test(name) && !ABOUT_ONE.test(name);
}
