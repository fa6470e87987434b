import { type Clock, toTime } from '../clock.ts';
import type { FinishedAttempt } from '../deliver/attempt.ts';
import { toMessage } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Logger } from '../logger.ts';
import type { Counters } from './counters.ts';

/** What a recorder works with. */
export interface RecorderParts {
  readonly journal: Pick<Journal, 'record' | 'isClosed'>;
  readonly counters: Counters;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told of each delivery that ran out of attempts, after it was recorded. */
  readonly onExhausted: (finished: FinishedAttempt) => void;
  /** Told of each receiver that answered that it is gone for good, after that was recorded. */
  readonly onGone: (finished: FinishedAttempt) => void;
}

/** How long to wait before an outcome the journal could not take is handed in again. */
const RETRY_MS = 1_000;

/** Creates the function that takes outcomes to the journal, the counters and the log. */
export function createRecorder(parts: RecorderParts): (finished: FinishedAttempt) => Promise<boolean> {
  const { counters, onExhausted, onGone } = parts;
  return async (finished) => {
    const released = await keep(parts, finished);
    const { attempt, state } = finished.outcome;
    counters.countAttempt(attempt.outcome);
    log(parts.logger, finished);
    if (state === 'exhausted') onExhausted(finished);
    if (attempt.reason === 'gone') onGone(finished);
    return released;
  };
}

/**
 * Hands the outcome in until it is kept. Giving up leaves a delivery that was made to be made again, so it is tried
 * for as long as the journal is open; after that, at-least-once is what is promised.
 */
async function keep(
  { journal, logger, clock }: RecorderParts,
  { outcome }: FinishedAttempt,
): Promise<boolean> {
  for (;;) {
    try {
      return await journal.record(outcome);
    } catch (error) {
      const fields = { delivery: outcome.deliveryId, err: toMessage(error) };
      if (journal.isClosed()) {
        logger.error(fields, 'cannot record an outcome, after the next start the delivery is made again');
        return false;
      }
      logger.error(fields, 'cannot record an outcome, trying again');
      await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
    }
  }
}

function log(logger: Logger, { hook, delivery, outcome }: FinishedAttempt): void {
  const { attempt, state, dueAt } = outcome;
  const fields = {
    hook: hook.definition.name,
    delivery: delivery.deliveryId,
    event: delivery.event.id,
    attempt: attempt.number,
    state,
    status: attempt.status,
    durationMs: attempt.durationMs,
  };
  if (attempt.outcome === 'success') {
    logger.debug(fields, 'delivered');
    return;
  }
  const next = dueAt === null ? {} : { due: toTime(dueAt) };
  logger.warn(
    { ...fields, err: attempt.error, ...next },
    state === 'pending' ? 'delivery failed, will retry' : 'delivery ended undelivered',
  );
}
