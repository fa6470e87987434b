import type { Prepared, PreparedHook } from './prepare.ts';
import { findPrune, type Prune } from './prune.ts';
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
  | { readonly kind: 'hold'; readonly prune: Prune }
  | { readonly kind: 'apply'; readonly changes: Changes };

/** What a plan depends on besides the set. */
export interface PlanContext {
  /** Null: nothing is live. */
  readonly live: Snapshot | null;
  /** Whether many hooks may go: `prune: allow`, or this very revision was confirmed. */
  readonly mayPrune: boolean;
  /** Names of the sources that are configured. */
  readonly sources: readonly string[];
}

/** Decides without effects what becomes of a prepared set. Hooks are the same hook when they have the same id. */
export function planChanges(prepared: Prepared, { live, mayPrune, sources }: PlanContext): Plan {
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
  const effect = { before: live?.hooks ?? [], after: prepared.hooks, deleted: changes.deleted };
  const prune = mayPrune ? null : findPrune(effect, sources);
  return prune === null ? { kind: 'apply', changes } : { kind: 'hold', prune };
}
