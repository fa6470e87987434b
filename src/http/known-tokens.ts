import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { TokenSettings } from '../token-settings.ts';
import type { Caller } from './tokens.ts';

/** A token that is declared, with whose it is. */
export interface DeclaredToken {
  readonly token: TokenSettings;
  readonly caller: Caller;
}

/** What tokens are looked up with. */
export interface LookUpParts {
  /** The value of a reference. Throws SecretError. */
  readonly resolve: (reference: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A token as far as it can be looked up: whose it is and its SHA-256. */
export interface KnownToken {
  readonly caller: Caller;
  readonly digest: Buffer;
}

/** How long what a reference stands for is taken for known: a token that was taken back is good no longer than that. */
const FRESH_MS = 1_000;
/** Fewer characters could be found by trying, others do not come through a header as they are. */
const STRONG = /^[\x21-\x7e]{16,}$/;

/**
 * The tokens that are declared, by their digests. Each digest that is asked for is compared with every one that is known,
 * in constant time. Whose it is is remembered by it, so that to ask again is one look: nobody can choose what digest a
 * guess has, so the time of that look tells nothing.
 */
export class KnownTokens {
  readonly #declared: readonly DeclaredToken[];
  readonly #parts: LookUpParts;
  /** Without a reference there is nothing that changes. */
  readonly #isFixed: boolean;
  readonly #verified = new Map<string, Caller>();
  #known: readonly KnownToken[] = [];
  /** Why a token cannot be looked up, by its name. */
  #problems: ReadonlyMap<string, string> = new Map();
  #lookedAt = 0;

  constructor(declared: readonly DeclaredToken[], parts: LookUpParts) {
    this.#declared = declared;
    this.#parts = parts;
    this.#isFixed = declared.every(({ token: { proof } }) => proof.kind === 'hash');
    this.#look();
  }

  /** Whether all of them could be looked up: what is not known is none, then. */
  get isComplete(): boolean {
    return this.#problems.size === 0;
  }

  /** Whose token has a SHA-256, in base64; null: nobody's. */
  find(digest: string): Caller | null {
    // The time of day may be set back.
    const age = Math.abs(this.#parts.clock.now() - this.#lookedAt);
    if (!this.#isFixed && age >= FRESH_MS) this.#look();
    const remembered = this.#verified.get(digest);
    if (remembered !== undefined) return remembered;
    const caller = findCaller(this.#known, Buffer.from(digest, 'base64'));
    if (caller !== null) this.#verified.set(digest, caller);
    return caller;
  }

  #look(): void {
    const { resolve, clock } = this.#parts;
    const problems = new Map<string, string>();
    this.#known = this.#declared.flatMap(({ token, caller }) => {
      try {
        return [{ caller, digest: toDigest(token, resolve) }];
      } catch (error) {
        problems.set(token.name, toMessage(error));
        return [];
      }
    });
    this.#log(problems);
    this.#problems = problems;
    this.#verified.clear();
    this.#lookedAt = clock.now();
  }

  /** What is as it was is not said again. */
  #log(problems: ReadonlyMap<string, string>): void {
    const { logger } = this.#parts;
    for (const [token, err] of problems)
      if (this.#problems.get(token) !== err)
        logger.error({ token, err }, 'cannot look a token up: nobody can use it');
    for (const token of this.#problems.keys())
      if (!problems.has(token)) logger.info({ token }, 'a token can be looked up again');
  }
}

/** Whose token has a digest. It takes as long for every digest: all are compared, and each to its end. */
export function findCaller(known: readonly KnownToken[], digest: Buffer): Caller | null {
  const [same] = known.filter((one) => timingSafeEqual(one.digest, digest));
  return same?.caller ?? null;
}

function toDigest({ proof }: TokenSettings, resolve: LookUpParts['resolve']): Buffer {
  if (proof.kind === 'hash') return Buffer.from(proof.digest, 'hex');
  const token = resolve(proof.reference);
  if (STRONG.test(token)) return hash('sha256', token, 'buffer');
  throw new Error('a token is 16 characters at least, of ASCII and none of them a space');
}
