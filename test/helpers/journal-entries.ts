import type { HookEvent } from '../../src/event.ts';
import { createId } from '../../src/id.ts';
import type { Attempt } from '../../src/journal/delivery.ts';
import type { Candidate, Entry } from '../../src/journal/entry.ts';
import { START } from './held-clock.ts';
import { toHookEvent } from './live-hook.ts';

/** A candidate for a hook that is named as its id is. */
export function toCandidate(hookId: string, overrides: Partial<Candidate> = {}): Candidate {
  return { deliveryId: createId(), hookId, hookName: hookId, orderKey: null, check: null, ...overrides };
}

/** An entry with one candidate; tests name what matters to them. */
export function toEntry(
  overrides: Partial<Omit<Entry, 'event'>> & { readonly event?: Partial<HookEvent> } = {},
): Entry {
  const { event, ...rest } = overrides;
  return {
    event: toHookEvent({ id: createId(), ...event }),
    acceptedAt: START,
    revision: 'dir@sha256:1',
    candidates: [toCandidate('hook')],
    stops: [],
    ...rest,
  };
}

/** An attempt that succeeded; tests name what matters to them. */
export function toAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    id: createId(),
    number: 1,
    startedAt: START,
    durationMs: 1.5,
    revision: 'dir@sha256:1',
    outcome: 'success',
    reason: null,
    status: 204,
    error: null,
    response: null,
    ...overrides,
  };
}
