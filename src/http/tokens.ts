import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseGlob } from '../catalogue/glob.ts';
import type { Clock } from '../clock.ts';
import { HooklineError } from '../errors.ts';
import type { Sender } from '../intake/sender.ts';
import type { Counters } from '../record/counters.ts';
import type { Scope, TokenSettings } from '../token-settings.ts';
import { createEmitRate, type EmitRate } from './emit-rate.ts';
import { KnownTokens, type LookUpParts } from './known-tokens.ts';

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

/** What callers are told apart with. */
export interface TokensParts extends LookUpParts {
  readonly tokens: readonly TokenSettings[];
  readonly counters: Counters;
}

/** RFC 6750; the name of the scheme in any case. */
const BEARER = /^Bearer +(\S+)$/i;
const CHALLENGE = 'Bearer realm="hookline"';

/** Creates what tells callers apart; null where there are no tokens, so that nobody is asked. */
export function createTokens({ tokens, counters, ...parts }: TokensParts): Identify | null {
  if (tokens.length === 0) return null;
  const { clock, logger } = parts;
  const declared = tokens.map((token) => ({ token, caller: toCaller(token, { clock, counters }) }));
  const known = new KnownTokens(declared, parts);
  return ({ headers: { authorization = '' }, socket }) => {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined)
      throw unauthorized('Say who is calling: send a token as Authorization: Bearer TOKEN', CHALLENGE);
    const caller = known.find(hash('sha256', token, 'base64'));
    if (caller !== null) return caller;
    logger.warn({ remote: socket.remoteAddress }, 'refused a request whose token is not known');
    if (known.isComplete) throw unauthorized('The token is not known', `${CHALLENGE}, error="invalid_token"`);
    throw new HooklineError('unavailable', 'Cannot verify the token now');
  };
}

function unauthorized(message: string, challenge: string): HooklineError {
  return new HooklineError('unauthorized', message, { headers: { 'www-authenticate': challenge } });
}

function toCaller(
  { name, rate, scopes, sources }: TokenSettings,
  { clock, counters }: { readonly clock: Clock; readonly counters: Counters },
): Caller {
  const patterns = sources?.map(parseGlob) ?? null;
  const onLimited = (): void => counters.countSent(name, { limited: 1 });
  return {
    name,
    scopes: new Set(scopes),
    mayEmit: (source) => patterns === null || patterns.some((pattern) => pattern.matches(source)),
    rate: createEmitRate({ name, rate }, { clock, onLimited }),
  };
}
