import type { RateDefinition } from './definitions/definition.ts';

/** What a token may be used for: to send events, to read everything, to have something done. */
export const SCOPES = ['emit', 'read', 'operate'] as const;
/** What a token may be used for. */
export type Scope = (typeof SCOPES)[number];

/** A token that callers of the API may have, as settings say it. */
export interface TokenSettings {
  /** Unique; what the log and the counters call it. */
  readonly name: string;
  readonly proof: TokenProof;
  readonly scopes: readonly Scope[];
  /** Patterns of the sources whose events it may send, `*` for any characters. Null: of every source. */
  readonly sources: readonly string[] | null;
  /** Events it may send in a time. Null: any number. */
  readonly rate: RateDefinition | null;
}

/** What a token is known by. */
export type TokenProof =
  /** SHA-256 of it, hex. */
  | { readonly kind: 'hash'; readonly digest: string }
  /** Where the token itself is; resolved at use. */
  | { readonly kind: 'reference'; readonly reference: string };

/** A token in the shape of the settings file, with its defaults. */
export interface TokenFileSettings extends Omit<TokenSettings, 'proof'> {
  readonly hash?: string;
  readonly token?: string;
}

const HASH_PREFIX = 'sha256:';

/** The digest of a token as settings have it. */
export function toHash(digest: string): string {
  return `${HASH_PREFIX}${digest}`;
}

/** What is wrong with tokens beyond their shape, a sentence each. No value of a token or hash is in one. */
export function findTokenMistakes(tokens: readonly TokenFileSettings[]): readonly string[] {
  return [
    ...tokens.flatMap((token, index) => findMistakes(token, `tokens.${index}`)),
    ...findShared(tokens, ({ name }) => name).map(([, other]) => `two tokens are called "${other.name}"`),
    ...findShared(tokens, ({ hash, token }) => hash ?? token).map(
      ([one, other]) => `tokens "${one.name}" and "${other.name}" are the same: give each its own`,
    ),
  ];
}

function findMistakes({ hash, token, scopes, sources, rate }: TokenFileSettings, at: string): string[] {
  const isOne = (hash === undefined) !== (token === undefined);
  const limits = Object.entries({ sources, rate }).filter(([, value]) => value !== null);
  return [
    ...(isOne ? [] : [`"${at}" must have hash or token: one of them`]),
    ...(scopes.includes('emit')
      ? []
      : limits.map(([key]) => `"${at}.${key}" limits what is sent, but emit is none of its scopes`)),
  ];
}

/** Tokens that have something in common with one before them, each after that one. */
function findShared(
  tokens: readonly TokenFileSettings[],
  toKey: (token: TokenFileSettings) => string | undefined,
): readonly (readonly [TokenFileSettings, TokenFileSettings])[] {
  return tokens.flatMap((token, index) => {
    const key = toKey(token);
    const before = tokens.slice(0, index).find((other) => key !== undefined && toKey(other) === key);
    return before === undefined ? [] : [[before, token] as const];
  });
}

/** Tokens as settings have them, complete and frozen. */
export function toTokenSettings(tokens: readonly TokenFileSettings[]): readonly TokenSettings[] {
  return Object.freeze(
    tokens.map(({ name, hash, token = '', scopes, sources, rate }) =>
      Object.freeze({
        name,
        proof: Object.freeze(
          hash === undefined
            ? ({ kind: 'reference', reference: token } as const)
            : ({ kind: 'hash', digest: hash.slice(HASH_PREFIX.length) } as const),
        ),
        scopes: Object.freeze([...scopes]),
        sources: sources === null ? null : Object.freeze([...sources]),
        rate: rate === null ? null : Object.freeze({ ...rate }),
      }),
    ),
  );
}
