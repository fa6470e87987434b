import type { HandlerName, RetryDefinition } from '../definitions/definition.ts';
import type { HandlerResult, ResultKind } from './handler.ts';
import type { TransportReason } from './http-client.ts';

/** What becomes of a delivery after an attempt. */
export type NextStep =
  | { readonly kind: 'succeeded' }
  /** It cannot succeed with this definition. */
  | { readonly kind: 'failed' }
  /** It may have, but its attempts are used up. */
  | { readonly kind: 'exhausted' }
  /** ms since the epoch. */
  | { readonly kind: 'retry'; readonly dueAt: number };

/** What decides the next step. */
export interface AttemptFacts {
  readonly retry: RetryDefinition | null;
  readonly handler: HandlerName;
  /** Attempts made since the delivery was accepted or asked for again, this one included. */
  readonly tries: number;
  /** When that was, ms since the epoch. */
  readonly since: number;
  readonly result: Pick<HandlerResult, 'kind' | 'retryAt'>;
  /** ms since the epoch. */
  readonly now: number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Seconds between attempts: long enough for a deploy, a night, and a morning to notice. */
export const DEFAULT_SCHEDULE_S: readonly number[] = [5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000];
/** Share of each wait that is random, to either side. */
const DEFAULT_JITTER = 0.2;
const DEFAULT_FACTOR = 2;
/** The longest a receiver may ask to be left alone. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;
const GONE = 410;

/** What a receiver's status means: 2xx is taken, 410 will never be, anything else may be later. */
export function classifyStatus(status: number): ResultKind {
  if (status >= 200 && status < 300) return 'success';
  return status === GONE ? 'failure' : 'retry';
}

/** What it means that there was no answer: it may come later, unless asking for one is not allowed. */
export function classifyTransport(reason: TransportReason): ResultKind {
  return reason === 'egress_refused' ? 'failure' : 'retry';
}

/** The only place that decides whether and when a delivery is tried again. */
export function nextStep({ retry, handler, tries, since, result, now, random }: AttemptFacts): NextStep {
  if (result.kind === 'success') return { kind: 'succeeded' };
  if (result.kind === 'failure') return { kind: 'failed' };
  // A log has nothing to retry; a function is retried when its hook says so, since it may not be safe to run twice.
  if (handler === 'log' || (handler === 'lambda' && retry === null)) return { kind: 'failed' };
  const waitMs = toWaitMs(retry, tries, random);
  if (waitMs === null) return { kind: 'exhausted' };
  const own = now + waitMs;
  const asked = Math.min(result.retryAt ?? own, now + MAX_RETRY_AFTER_MS);
  const dueAt = Math.round(Math.max(own, asked));
  const budgetMs = retry?.budget == null ? Number.POSITIVE_INFINITY : retry.budget * 1000;
  return dueAt - since > budgetMs ? { kind: 'exhausted' } : { kind: 'retry', dueAt };
}

/** When a delivery is tried that always fails at once. */
export interface AttemptPlan {
  /** Of each attempt, ms after the first; waits are neither longer nor shorter by chance. */
  readonly offsetsMs: readonly number[];
  /** Share of each wait that is random, to either side. */
  readonly jitter: number;
}

/** Plans the attempts of a hook. */
export function planAttempts({ retry, handler }: Pick<AttemptFacts, 'retry' | 'handler'>): AttemptPlan {
  const offsetsMs: number[] = [];
  const facts = { retry, handler, since: 0, result: { kind: 'retry' }, random: () => 0.5 } as const;
  for (let now: number | null = 0; now !== null; ) {
    offsetsMs.push(now);
    const step = nextStep({ ...facts, tries: offsetsMs.length, now });
    now = step.kind === 'retry' ? step.dueAt : null;
  }
  return { offsetsMs, jitter: retry?.jitter ?? DEFAULT_JITTER };
}

/** The wait after so many attempts, with its jitter; null when there is none left. */
function toWaitMs(retry: RetryDefinition | null, tries: number, random: () => number): number | null {
  const schedule = toSchedule(retry);
  const allowed = retry?.attempts ?? schedule.length + 1;
  if (tries >= allowed) return null;
  // More attempts than the schedule has waits: the last one repeats.
  const seconds = schedule.waitAt(tries - 1);
  const jitter = retry?.jitter ?? DEFAULT_JITTER;
  return seconds * 1000 * (1 + jitter * (2 * random() - 1));
}

/** A schedule as a function, since a geometric one has no end of its own. */
interface Schedule {
  readonly length: number;
  readonly waitAt: (index: number) => number;
}

function toSchedule(retry: RetryDefinition | null): Schedule {
  const initial = retry?.initial ?? null;
  if (initial === null) return toListSchedule(retry?.schedule ?? DEFAULT_SCHEDULE_S);
  const factor = retry?.factor ?? DEFAULT_FACTOR;
  const max = retry?.max ?? DEFAULT_SCHEDULE_S.at(-1) ?? initial;
  return { length: DEFAULT_SCHEDULE_S.length, waitAt: (index) => Math.min(initial * factor ** index, max) };
}

function toListSchedule(list: readonly number[]): Schedule {
  return { length: list.length, waitAt: (index) => list[Math.min(index, list.length - 1)] ?? 0 };
}

/** Reads Retry-After: seconds or an HTTP date, as ms since the epoch; null when it is absent or neither. */
export function toRetryAt(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,10}$/.test(header.trim())) return now + Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : date;
}
