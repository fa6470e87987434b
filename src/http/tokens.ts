import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseGlob } from '../catalogue/glob.ts';
import type { Clock } from '../clock.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { Sender } from '../intake/sender.ts';
import type { Logger } from '../logger.ts';
import type { Counters } from '../record/counters.ts';
import type { Scope, TokenSettings } from '../token-settings.ts';
import { createEmitRate, type EmitRate } from './emit-rate.ts';

/** Who calls, as a token says. */
export interface Caller extends Sender {
  readonly scopes: ReadonlySet<Scope>;
  readonly rate: EmitRate;
}

/**
 * Tells who calls by the token of a request. Throws `unauthorized` without a token that is known, and `unavailable` when
 * it may be one of those that cannot be looked up now.
 */
export type Identify = (req: Pick<IncomingMessage, 'headers' | 'socket'>) => Caller;

/** What tokens are known with. */
export interface TokensParts {
  readonly tokens: readonly TokenSettings[];
  /** The value of a reference. Throws SecretError. */
  readonly resolve: (reference: string) => string;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long what a reference stands for is taken for known: a token that was taken back is good no longer than that. */
const FRESH_MS = 1_000;
/** Fewer characters could be found by trying, others do not come through a header as they are. */
const STRONG = /^[\x21-\x7e]{16,}$/;
/** RFC 6750; the name of the scheme in any case. */
const BEARER = /^Bearer +(\S+)$/i;
const CHALLENGE = 'Bearer realm="hookline"';

/** A token as far as it can be looked up: whose it is and its SHA-256. */
export interface KnownToken {
  readonly caller: Caller;
  readonly digest: Buffer;
}

/**
 * Creates what tells callers apart; null where there are no tokens, so that nobody is asked.
 *
 * Digests of tokens are compared, each with every one that is known and in constant time. Whose digest was verified is
 * remembered by it, so that the next request costs one hash and a look: nobody can choose what digest a guess has, so
 * the time of that look tells nothing.
 */
export function createTokens({ tokens, resolve, counters, clock, logger }: TokensParts): Identify | null {
  if (tokens.length === 0) return null;
  const callers = tokens.map((token) => ({ token, caller: toCaller(token, { clock, counters }) }));
  const verified = new Map<string, Caller>();
  let known: readonly KnownToken[] = [];
  let problems: ReadonlyMap<string, string> = new Map();
  let lookedAt = Number.NEGATIVE_INFINITY;
  const isFixed = tokens.every(({ proof }) => proof.kind === 'hash');

  function look(): void {
    const found = new Map<string, string>();
    known = callers.flatMap(({ token, caller }) => {
      try {
        return [{ caller, digest: toDigest(token, resolve) }];
      } catch (error) {
        found.set(token.name, toMessage(error));
        return [];
      }
    });
    for (const [token, reason] of found)
      if (problems.get(token) !== reason)
        logger.error({ token, err: reason }, 'cannot look a token up: nobody can use it');
    for (const token of problems.keys())
      if (!found.has(token)) logger.info({ token }, 'a token can be looked up again');
    problems = found;
    verified.clear();
    lookedAt = clock.now();
  }

  look();
  return ({ headers: { authorization = '' }, socket }) => {
    // The time of day may be set back.
    if (!isFixed && Math.abs(clock.now() - lookedAt) >= FRESH_MS) look();
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined)
      throw unauthorized('Say who is calling: send a token as Authorization: Bearer TOKEN', CHALLENGE);
    const digest = hash('sha256', token, 'base64');
    const remembered = verified.get(digest);
    if (remembered !== undefined) return remembered;
    const caller = findCaller(known, Buffer.from(digest, 'base64'));
    if (caller !== null) {
      verified.set(digest, caller);
      return caller;
    }
    logger.warn({ remote: socket.remoteAddress }, 'refused a request whose token is not known');
    if (problems.size > 0) throw new HooklineError('unavailable', 'Cannot verify the token now');
    throw unauthorized('The token is not known', `${CHALLENGE}, error="invalid_token"`);
  };
}

/** Whose token has a digest. It takes as long for every digest: all are compared, and each to its end. */
export function findCaller(known: readonly KnownToken[], digest: Buffer): Caller | null {
  const [same] = known.filter((one) => timingSafeEqual(one.digest, digest));
  return same?.caller ?? null;
}

function unauthorized(message: string, challenge: string): HooklineError {
  return new HooklineError('unauthorized', message, { headers: { 'www-authenticate': challenge } });
}

function toCaller(
  { name, rate, scopes, sources }: TokenSettings,
  { clock, counters }: Pick<TokensParts, 'clock' | 'counters'>,
): Caller {
  const patterns = sources?.map(parseGlob) ?? null;
  return {
    name,
    scopes: new Set(scopes),
    mayEmit: (source) => patterns === null || patterns.some((pattern) => pattern.matches(source)),
    rate: createEmitRate(
      { name, rate },
      { clock, onLimited: () => counters.countSent(name, { limited: 1 }) },
    ),
  };
}

function toDigest({ proof }: TokenSettings, resolve: TokensParts['resolve']): Buffer {
  if (proof.kind === 'hash') return Buffer.from(proof.digest, 'hex');
  const token = resolve(proof.reference);
  if (STRONG.test(token)) return hash('sha256', token, 'buffer');
  throw new Error('a token is 16 characters at least, of ASCII and none of them a space');
}
