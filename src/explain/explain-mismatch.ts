import { suggest } from '../definitions/suggest.ts';
import type { HookEvent } from '../event.ts';
import type { RecordedEvent } from '../journal/delivery.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { HookExplanation } from './explanation.ts';
import { toEnd } from './recorded-end.ts';

/** What a mismatch is told by. */
interface MismatchContext {
  readonly event: HookEvent;
  readonly recorded: RecordedEvent | null;
  /** Whether there is such an event: of one that there is not, its name may be a slip. */
  readonly isKnown: boolean;
}

/** Explains why an event is not for a hook. */
export function explainMismatch(
  { definition }: LiveHook,
  { event, recorded, isKnown }: MismatchContext,
): HookExplanation {
  const { id, name, handler } = definition;
  const isSource = definition.source === event.source;
  const [said, meant] = isSource ? [event.event, definition.event] : [event.source, definition.source];
  const near = isKnown || meant === null ? null : suggest(said, [meant]);
  return {
    hook: name,
    hook_id: id,
    handler,
    outcome: 'unmatched',
    reason: isSource ? 'other_event' : 'other_source',
    unmatched: {
      message: `it is on ${definition.source} ${definition.event ?? '(every event)'}`,
      hint: near === null ? null : `Did you mean "${near}"?`,
    },
    gates: [],
    request: null,
    attempts: null,
    recorded: toEnd(id, recorded),
  };
}
