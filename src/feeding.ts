import type { Clock } from './clock.ts';
import { HooklineError } from './errors.ts';
import type { FedEvent, Refusal } from './feeds/feed.ts';
import { createLookUp } from './intake/look-up.ts';
import { toEvent } from './intake/to-event.ts';
import type { Pipeline } from './pipeline.ts';
import type { Counters } from './record/counters.ts';
import type { Registry } from './registry/registry.ts';

/** What events of feeds are taken in with. */
export interface FeedingParts {
  readonly registry: Registry;
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly clock: Clock;
}

/**
 * Makes the way in for events of feeds, which is that of all others: known, fitting its schema, durable. Answers which
 * events were refused; rejects when none can be taken.
 */
export function createFeeding({
  registry,
  pipeline,
  counters,
  clock,
}: FeedingParts): (events: readonly FedEvent[]) => Promise<readonly Refusal[]> {
  return async (sent) => {
    const snapshot = registry.current();
    if (snapshot === null) throw new HooklineError('unavailable', 'No definitions are live yet');
    const lookUp = createLookUp(snapshot.catalogue);
    const context = { lookUp, now: clock.now(), defaultId: null, sender: null };
    const intaken = sent.map(({ attributes, ...event }) => toEvent(event, { ...context, attributes }));
    const events = intaken.flatMap((result) => (result.kind === 'event' ? [result.event] : []));
    const appended = events.length === 0 ? [] : await pipeline(events, snapshot);
    counters.countAppended(appended);
    const refused = intaken.flatMap((result, index) =>
      result.kind === 'refused' ? [{ index, message: result.message }] : [],
    );
    counters.countEvent('refused', refused.length);
    return refused;
  };
}
