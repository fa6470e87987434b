import type { Clock } from '../clock.ts';
import type { HookEvent, JsonObject } from '../event.ts';
import type { Refused } from '../intake/intaken.ts';
import type { TraceContext } from '../intake/trace-context.ts';
import type { Appended } from '../journal/entry.ts';
import type { Logger } from '../logger.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Counters, TokenCounts } from '../record/counters.ts';
import type { LiveSnapshot, Registry } from '../registry/registry.ts';
import type { Caller, Identify } from './tokens.ts';

/** What POST /events works with. */
export interface EventsParts {
  readonly registry: Registry;
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null: nobody is asked. */
  readonly identify: Identify | null;
}

/** A body of events, with what it is read against. */
export interface EventsBody {
  readonly bytes: Buffer;
  readonly snapshot: LiveSnapshot;
  /** The header Idempotency-Key: ids for events that do not say their own. */
  readonly key: string | null;
  /** Null: nobody was asked. */
  readonly sender: Caller | null;
  /** Where in a trace it was sent, which goes with all of its events. */
  readonly trace: TraceContext | null;
}

/** Takes events in and counts them; one answer each, in order. All of one call are durable together, or none. */
export async function accept(
  { pipeline, counters }: EventsParts,
  events: readonly HookEvent[],
  { snapshot, sender }: Pick<EventsBody, 'snapshot' | 'sender'>,
): Promise<readonly JsonObject[]> {
  const appended = events.length === 0 ? [] : await pipeline(events, snapshot);
  counters.countAppended(appended);
  if (sender !== null) counters.countSent(sender.name, toCounts(appended));
  return events.flatMap((event, index) => {
    const result = appended[index];
    return result === undefined ? [] : [toAcceptedView(event, result)];
  });
}

function toCounts(appended: readonly Appended[]): Partial<TokenCounts> {
  const duplicate = appended.filter(({ kind }) => kind === 'duplicate').length;
  return { accepted: appended.length - duplicate, duplicate };
}

/** Counts events that were refused. */
export function countRefused(
  { counters }: EventsParts,
  { sender }: Pick<EventsBody, 'sender'>,
  refused: number,
): void {
  counters.countEvent('refused', refused);
  if (sender !== null && refused > 0) counters.countSent(sender.name, { refused });
}

/** An accepted event: its id, which hooks it goes to, which it was stopped for and why. */
function toAcceptedView({ id }: HookEvent, appended: Appended): JsonObject {
  if (appended.kind === 'duplicate') return { id, hooks: [], stopped: [], duplicate: true };
  return {
    id,
    hooks: appended.deliveries.map(({ hookName, deliveryId }) => ({ hook: hookName, delivery: deliveryId })),
    stopped: appended.stops.map(({ hookName, reason }) => ({ hook: hookName, reason })),
  };
}

/** A refused event: why, and what would have been known instead. */
export function toRefusedView({ message, hint }: Refused): {
  readonly message: string;
  readonly hint?: string;
} {
  return hint === null ? { message } : { message, hint };
}
