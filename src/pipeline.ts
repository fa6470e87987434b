import type { Clock } from './clock.ts';
import type { HookEvent } from './event.ts';
import { toGateCheck } from './gate/check.ts';
import { judgeEnabled } from './gate/enabled.ts';
import { judgeFilter } from './gate/filter.ts';
import type { StopReason } from './gate/gate.ts';
import { createId } from './id.ts';
import type { Appended, Candidate, Entry, Journal, Stop } from './journal/journal.ts';
import { matchHooks } from './match/match.ts';
import type { LiveHook } from './reconcile/snapshot.ts';
import type { LiveSnapshot } from './registry/registry.ts';

/** What a pipeline works with. */
export interface PipelineParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Told of every event that was committed with deliveries, at once. */
  readonly dispatch: (event: HookEvent, deliveries: readonly Candidate[]) => void;
}

/** Takes events to the journal; resolves when they are durable. All events of one call are kept, or none. */
export type Pipeline = (events: readonly HookEvent[], snapshot: LiveSnapshot) => Promise<readonly Appended[]>;

/** Stateless gates in their order. The stateful ones (on_change, snooze) are judged inside the journal's transaction. */
const GATES: readonly ((hook: LiveHook, event: HookEvent) => StopReason | null)[] = [
  judgeEnabled,
  judgeFilter,
];

/** Creates the pipeline: match, gate, append, dispatch. */
export function createPipeline({ journal, clock, dispatch }: PipelineParts): Pipeline {
  return async (events, snapshot) => {
    const acceptedAt = clock.now();
    const entries = events.map((event) => toEntry(event, snapshot, acceptedAt));
    const appended = await journal.append(entries);
    for (const [index, result] of appended.entries()) {
      const event = events[index];
      if (event !== undefined && result.kind === 'accepted' && result.deliveries.length > 0) {
        dispatch(event, result.deliveries);
      }
    }
    return appended;
  };
}

function toEntry(event: HookEvent, snapshot: LiveSnapshot, acceptedAt: number): Entry {
  const candidates: Candidate[] = [];
  const stops: Stop[] = [];
  const unique = snapshot.catalogue.sources.get(event.source)?.get(event.event)?.unique ?? null;
  for (const hook of matchHooks(snapshot.index, event)) {
    const { id: hookId, name: hookName } = hook.definition;
    const reason = judge(hook, event);
    if (reason !== null) stops.push({ hookId, hookName, reason });
    else {
      const check = toGateCheck(hook, event, { unique, at: acceptedAt });
      candidates.push({ deliveryId: createId(), hookId, hookName, check });
    }
  }
  return { event, acceptedAt, revision: snapshot.revision, candidates, stops };
}

function judge(hook: LiveHook, event: HookEvent): StopReason | null {
  for (const gate of GATES) {
    const reason = gate(hook, event);
    if (reason !== null) return reason;
  }
  return null;
}
