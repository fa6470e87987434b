import type { Clock } from '../clock.ts';
import type { RateDefinition } from '../definitions/definition.ts';
import { RateLimit } from '../deliver/rate-limit.ts';
import { HooklineError } from '../errors.ts';
import type { TokenSettings } from '../token-settings.ts';

/** How many events may be sent with one token. Those that are refused for what they are do not count. */
export interface EmitRate {
  /** Throws `too_many_requests` when not one event may be sent now: nothing of the request needs to be read. */
  check(): void;
  /**
   * Counts events that are taken whole or not at all. Throws `too_many_requests`, and `payload_too_large` for more than
   * could ever come at once.
   */
  spend(events: number): void;
  /** Counts events that are taken one by one: answers how many may be sent now, and what is to be said of the others. */
  spendUpTo(events: number): { readonly granted: number; readonly message: string };
}

/** What a rate is made with. */
export interface EmitRateParts {
  readonly clock: Clock;
  /** Told whenever something was refused. */
  readonly onLimited: () => void;
}

/** Of a token that may send any number. */
const NO_RATE: EmitRate = {
  check: () => undefined,
  spend: () => undefined,
  spendUpTo: (events) => ({ granted: events, message: '' }),
};

/** Makes the rate of a token. It is counted in memory, so a restart begins anew. */
export function createEmitRate(
  { name, rate }: Pick<TokenSettings, 'name' | 'rate'>,
  parts: EmitRateParts,
): EmitRate {
  return rate === null ? NO_RATE : createBucket(`Token "${name}" may send ${describe(rate)}`, rate, parts);
}

function createBucket(limit: string, rate: RateDefinition, { clock, onLimited }: EmitRateParts): EmitRate {
  const bucket = new RateLimit();

  /** Seconds until so many events may be sent; null when they may now. */
  function waitFor(wanted: number): number | null {
    const now = clock.now();
    const at = bucket.availableAt(rate, { wanted, now });
    return at === null ? null : Math.max(1, Math.ceil((at - now) / 1000));
  }

  function demand(wanted: number): void {
    const seconds = waitFor(wanted);
    if (seconds === null) return;
    onLimited();
    const headers = { 'retry-after': String(seconds) };
    throw new HooklineError('too_many_requests', `${limit}: send it again in ${seconds} s`, { headers });
  }

  function take(wanted: number): void {
    bucket.takeAll(rate, { wanted, now: clock.now() });
  }

  return {
    check: () => demand(1),
    spend(events) {
      if (events > rate.limit) {
        onLimited();
        throw new HooklineError('payload_too_large', `${limit}: send no more than that at once`);
      }
      demand(events);
      take(events);
    },
    spendUpTo(events) {
      const granted = Math.min(events, bucket.left(rate, clock.now()));
      take(granted);
      if (granted === events) return { granted, message: '' };
      onLimited();
      return { granted, message: `${limit}: send it again in ${waitFor(1) ?? 1} s` };
    },
  };
}

function describe({ limit, per }: RateDefinition): string {
  const time = per === 'hour' ? 'an hour' : `a ${per}`;
  return limit === 1 ? `one event ${time}` : `${limit} events ${time}`;
}
