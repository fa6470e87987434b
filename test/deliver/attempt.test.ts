import { describe, expect, it } from 'vitest';
import { createAttempt, type FinishedAttempt } from '../../src/deliver/attempt.ts';
import type { Handler, HandlerResult } from '../../src/deliver/handler.ts';
import type { DueDelivery } from '../../src/journal/journal.ts';
import { createHeldClock, START } from '../helpers/held-clock.ts';
import { toHookEvent, toLiveHook } from '../helpers/live-hook.ts';

const DELIVERY: DueDelivery = {
  deliveryId: 'd-1',
  hookId: 'a',
  event: toHookEvent(),
  attempts: 3,
  tries: 1,
  since: START,
  size: 2,
};

/** Runs one attempt whose handler does as told; answers its end and what was recorded. */
async function attempt(
  run: () => HandlerResult,
  isStopping = false,
): Promise<{ readonly end: unknown; readonly recorded: FinishedAttempt | undefined }> {
  const recorded: FinishedAttempt[] = [];
  const handler: Handler = { run: async () => run() };
  const make = createAttempt({
    handlers: { webhook: handler, 'webhook-custom': handler, log: handler, lambda: handler },
    record: async (finished) => {
      recorded.push(finished);
      return false;
    },
    redact: (text) => text.replaceAll('hunter2', '***'),
    isStopping: () => isStopping,
    clock: createHeldClock(),
    random: () => 0.5,
  });
  const end = await make(toLiveHook({ id: 'a' }), DELIVERY);
  return { end, recorded: recorded[0] };
}

describe('an attempt', () => {
  it('counts all attempts for the record, and those since the delivery was asked for to decide on the next', async () => {
    const { end, recorded } = await attempt(() => ({
      kind: 'retry',
      reason: 'status',
      status: 500,
      durationMs: 7,
    }));
    expect(recorded?.outcome).toMatchObject({
      state: 'pending',
      dueAt: START + 30_000,
      attempt: {
        number: 4,
        outcome: 'retry',
        reason: 'status',
        status: 500,
        durationMs: 7,
        revision: 'dir@sha256:1',
      },
    });
    expect(end).toEqual({ dueAt: START + 30_000, released: false, health: 'bad', cutOff: false });
  });

  it('keeps what came back of a success, and no reason', async () => {
    const { end, recorded } = await attempt(() => ({
      kind: 'success',
      status: 200,
      body: 'thanks',
      durationMs: 1,
    }));
    expect(recorded?.outcome).toMatchObject({
      state: 'succeeded',
      dueAt: null,
      attempt: { reason: null, error: null, response: 'thanks' },
    });
    expect(end).toMatchObject({ dueAt: null, health: 'good' });
  });

  it.each(['egress_refused', 'secret', 'request', 'function', 'internal'] as const)(
    'does not hold "%s" against the receiver',
    async (reason) => {
      const { end } = await attempt(() => ({ kind: 'retry', reason, durationMs: 1 }));
      expect(end).toMatchObject({ health: 'unknown' });
    },
  );

  it('holds a token that cannot be had against the receiver: nothing gets there, and the breaker spares the server', async () => {
    const { end } = await attempt(() => ({ kind: 'retry', reason: 'auth', durationMs: 1 }));
    expect(end).toMatchObject({ health: 'bad' });
  });

  it('is not held against the delivery when Hookline cut it off to stop', async () => {
    const failed = await attempt(() => ({ kind: 'retry', reason: 'transport', durationMs: 1 }), true);
    expect(failed).toEqual({
      end: { dueAt: null, released: false, health: 'unknown', cutOff: false },
      recorded: undefined,
    });
    const succeeded = await attempt(() => ({ kind: 'success', durationMs: 1 }), true);
    expect(succeeded.recorded?.outcome.state).toBe('succeeded');
  });

  it('is tried again when Hookline itself fails, and tells no secret of it', async () => {
    const { recorded } = await attempt(() => {
      throw new TypeError('Cannot read "hunter2"');
    });
    expect(recorded?.outcome).toMatchObject({
      state: 'pending',
      attempt: { reason: 'internal', error: 'Hookline failed: Cannot read "***"' },
    });
  });
});
