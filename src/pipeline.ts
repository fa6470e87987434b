import { hash } from 'node:crypto';
import { toSeenEvent } from './catalogue/change-names.ts';
import type { Clock } from './clock.ts';
import { type HookEvent, valueAt } from './event.ts';
import { toGateCheck, toUnique } from './gate/check.ts';
import { createDigest } from './gate/digest.ts';
import type { StatelessGate } from './gate/gate.ts';
import { createGates, findStop } from './gate/gates.ts';
import { createId } from './id.ts';
import type { Appended, Candidate, Entry, Stop } from './journal/entry.ts';
import type { Journal } from './journal/journal.ts';
import { matchHooks } from './match/match.ts';
import type { LiveHook } from './reconcile/snapshot.ts';
import type { LiveSnapshot } from './registry/registry.ts';

/** What a pipeline works with. */
export interface PipelineParts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Told of every event that was committed with deliveries, at once. */
  readonly dispatch: (event: HookEvent, deliveries: readonly Candidate[], size: number) => void;
  /** Whether the receiver of this very definition answered that it is gone for good. */
  readonly isGone: (hook: LiveHook) => boolean;
}

/** Takes events to the journal; resolves when they are durable. All events of one call are kept, or none. */
export type Pipeline = (events: readonly HookEvent[], snapshot: LiveSnapshot) => Promise<readonly Appended[]>;

/** Characters of an order key that are kept as they are. */
const MAX_ORDER_KEY_LENGTH = 128;

/** Creates the pipeline: match, gate, append, dispatch. */
export function createPipeline({ journal, clock, dispatch, isGone }: PipelineParts): Pipeline {
  const gates = createGates(isGone);
  return async (events, snapshot) => {
    const acceptedAt = clock.now();
    const entries = events.map((event) => toEntry(event, snapshot, { gates, acceptedAt }));
    const appended = await journal.append(entries);
    for (const [index, result] of appended.entries()) {
      const event = events[index];
      if (event !== undefined && result.kind === 'accepted' && result.deliveries.length > 0) {
        dispatch(event, result.deliveries, result.size);
      }
    }
    return appended;
  };
}

function toEntry(
  event: HookEvent,
  snapshot: LiveSnapshot,
  { gates, acceptedAt }: { readonly gates: readonly StatelessGate[]; readonly acceptedAt: number },
): Entry {
  const candidates: Candidate[] = [];
  const stops: Stop[] = [];
  const digest = createDigest(event.data, toUnique(snapshot.catalogue, event));
  for (const hook of matchHooks(snapshot.index, event)) {
    const { id: hookId, name: hookName } = hook.definition;
    const seen = toSeenEvent(event, hook.definition.event);
    const stop = findStop(gates, hook, seen);
    if (stop !== null) stops.push({ hookId, hookName, reason: stop.reason });
    else {
      const check = toGateCheck(hook, seen, { digest, at: acceptedAt });
      const orderKey = toOrderKey(hook.definition.ordered, event);
      candidates.push({ deliveryId: createId(), hookId, hookName, orderKey, check });
    }
  }
  return { event, acceptedAt, revision: snapshot.revision, candidates, stops };
}

/** The value at a dotted path of the data, as JSON; null when the hook has no path or the event nothing there. */
function toOrderKey(path: string | null, { data }: HookEvent): string | null {
  if (path === null) return null;
  const value = valueAt(data, path.split('.'));
  return value === undefined || value === null ? null : toBoundedKey(JSON.stringify(value));
}

/** A key is kept with every delivery: a long one by its digest. */
function toBoundedKey(key: string): string {
  return key.length <= MAX_ORDER_KEY_LENGTH ? key : hash('sha256', key, 'hex');
}
