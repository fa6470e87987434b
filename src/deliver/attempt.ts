import { toSeenEvent } from '../catalogue/change-names.ts';
import type { Clock } from '../clock.ts';
import type { HandlerName } from '../definitions/definition.ts';
import { toMessage } from '../errors.ts';
import { createId } from '../id.ts';
import type { Attempt, FailureReason, Outcome, OutcomeState } from '../journal/delivery.ts';
import type { DueDelivery } from '../journal/journal.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Health } from './breaker.ts';
import type { Handler, HandlerCall, HandlerResult } from './handler.ts';
import { type NextStep, nextStep } from './retry.ts';

/** What an attempt works with. */
export interface AttemptParts {
  readonly handlers: Readonly<Record<HandlerName, Handler>>;
  /**
   * Makes an outcome durable and says so in log and counters. Resolves once it is, however long that takes, with
   * whether it let another delivery of its order key go.
   */
  readonly record: (finished: FinishedAttempt) => Promise<boolean>;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Whether Hookline ends what is under way, because it stops. */
  readonly isStopping: () => boolean;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** An attempt that ended, with all that is known of it. */
export interface FinishedAttempt {
  readonly hook: LiveHook;
  readonly delivery: DueDelivery;
  readonly outcome: Outcome;
}

/** What an attempt that was recorded means for its lane. */
export interface AttemptEnd {
  /** When the delivery is due again, ms since the epoch; null when it is finished. */
  readonly dueAt: number | null;
  /** Whether another delivery of its order key is due now. */
  readonly released: boolean;
  readonly health: Health;
  /** Whether the receiver's answer was cut off. */
  readonly cutOff: boolean;
}

/** Creates the function that runs one attempt at a delivery: handler, retry policy, record. */
export function createAttempt(
  parts: AttemptParts,
): (hook: LiveHook, delivery: DueDelivery) => Promise<AttemptEnd> {
  const { record, isStopping, clock, random } = parts;
  const run = createRun(parts);
  return async (hook, delivery) => {
    const { deliveryId } = delivery;
    const event = toSeenEvent(delivery.event, hook.definition.event);
    const startedAt = clock.now();
    const call = { ...event, deliveryId, pid: process.pid };
    const { handler, retry } = hook.definition;
    const result = await run(hook, call);
    // What Hookline itself cut off says nothing of the receiver: it stays pending and due, as after a crash.
    if (result.kind !== 'success' && isStopping()) {
      return { dueAt: null, released: false, health: 'unknown', cutOff: false };
    }
    const { tries, since } = delivery;
    const now = clock.now();
    const step = nextStep({ retry, handler, tries: tries + 1, since, result, now, random });
    const number = delivery.attempts + 1;
    const attempt = toAttempt(result, { number, startedAt, revision: hook.revision });
    const outcome = {
      deliveryId,
      attempt,
      state: toState(step),
      dueAt: step.kind === 'retry' ? step.dueAt : null,
    };
    const released = await record({ hook, delivery, outcome });
    return { dueAt: outcome.dueAt, released, health: toHealth(result), cutOff: result.cutOff ?? false };
  };
}

/** Handlers do not throw. A mistake in one of ours fails the delivery it was made in, not the process and all others. */
function createRun({
  handlers,
  redact,
  clock,
}: AttemptParts): (hook: LiveHook, call: HandlerCall) => Promise<HandlerResult> {
  return async (hook, call) => {
    const startedAt = clock.now();
    try {
      return await handlers[hook.definition.handler].run(hook, call);
    } catch (error) {
      const durationMs = Math.max(0, clock.now() - startedAt);
      return {
        kind: 'retry',
        reason: 'internal',
        error: redact(`Hookline failed: ${toMessage(error)}`),
        durationMs,
      };
    }
  };
}

/** Reasons that say nothing of the receiver: it was never asked. */
const OWN_REASONS: ReadonlySet<FailureReason | undefined> = new Set([
  'egress_refused',
  'secret',
  'request',
  'function',
  'internal',
]);

function toHealth({ kind, reason }: HandlerResult): Health {
  if (kind === 'success') return 'good';
  return OWN_REASONS.has(reason) ? 'unknown' : 'bad';
}

function toState(step: NextStep): OutcomeState {
  switch (step.kind) {
    case 'retry':
      return 'pending';
    case 'succeeded':
    case 'failed':
    case 'exhausted':
      return step.kind;
  }
}

function toAttempt(
  result: HandlerResult,
  about: Pick<Attempt, 'number' | 'startedAt' | 'revision'>,
): Attempt {
  return {
    id: createId(),
    ...about,
    durationMs: result.durationMs,
    outcome: result.kind,
    reason: result.kind === 'success' ? null : (result.reason ?? 'transport'),
    status: result.status ?? null,
    error: result.kind === 'success' ? null : (result.error ?? null),
    response: toResponse(result),
  };
}

/** Characters of a lambda's result that are kept, as many as bytes of a receiver's answer. */
const MAX_RESPONSE_LENGTH = 4096;

/** What is kept of the answer: a receiver's body, or what a lambda returned and printed. */
function toResponse({ body, result, output }: HandlerResult): string | null {
  if (body !== undefined) return body === '' ? null : body;
  const returned = result === undefined || result === null ? '' : JSON.stringify(result);
  const text = [returned, output ?? ''].filter((part) => part !== '').join('\n');
  return text === '' ? null : text.slice(0, MAX_RESPONSE_LENGTH);
}
