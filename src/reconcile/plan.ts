import type { Prepared, PreparedHook } from './prepare.ts';
import type { LiveHook, Snapshot } from './snapshot.ts';

/** What going live would do to the hooks that are live now. */
export interface Changes {
  readonly created: readonly PreparedHook[];
  readonly updated: readonly PreparedHook[];
  readonly unchanged: readonly PreparedHook[];
  readonly deleted: readonly LiveHook[];
}

/** What to do with a prepared set. */
export type Plan =
  /** It has errors: the last good snapshot is kept whole. */
  | { readonly kind: 'refuse' }
  /** It removes so many hooks that someone has to confirm it. */
  | { readonly kind: 'hold'; readonly changes: Changes }
  | { readonly kind: 'apply'; readonly changes: Changes };

/** What a plan depends on besides the set. */
export interface PlanContext {
  /** Null: nothing is live. */
  readonly live: Snapshot | null;
  /** Whether many hooks may go: `prune: allow`, or this very revision was confirmed. */
  readonly mayPrune: boolean;
}

/** From so many hooks on, losing more than half is held. */
const GUARDED_FROM = 10;

/** Decides without effects what becomes of a prepared set. Hooks are the same hook when they have the same id. */
export function planChanges(prepared: Prepared, { live, mayPrune }: PlanContext): Plan {
  if (!prepared.good) return { kind: 'refuse' };
  const before = new Map((live?.hooks ?? []).map((hook) => [hook.definition.id, hook]));
  const kinds = Map.groupBy(prepared.hooks, ({ hook, compiled }) => {
    const known = before.get(hook.id);
    before.delete(hook.id);
    return known === undefined ? 'created' : known.digest === compiled.digest ? 'unchanged' : 'updated';
  });
  const changes = {
    created: kinds.get('created') ?? [],
    updated: kinds.get('updated') ?? [],
    unchanged: kinds.get('unchanged') ?? [],
    deleted: [...before.values()],
  };
  const prunes = isPrune({ before: live?.hooks.length ?? 0, after: prepared.hooks.length, changes });
  return { kind: prunes && !mayPrune ? 'hold' : 'apply', changes };
}

/** A truncated read, an empty mount and a wrong path all look like this; so does a change that is meant. */
function isPrune({ before, after, changes: { deleted } }: Effect): boolean {
  if (before > 0 && after === 0) return true;
  return before >= GUARDED_FROM && deleted.length > before / 2;
}

/** Hooks before and after a change. */
interface Effect {
  readonly before: number;
  readonly after: number;
  readonly changes: Changes;
}
