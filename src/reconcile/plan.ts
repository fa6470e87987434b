import type { Prepared, PreparedHook } from './prepare.ts';
import type { LiveHook, Snapshot } from './snapshot.ts';

/** What going live would do to the hooks that are live now. */
export interface Changes {
  readonly created: readonly PreparedHook[];
  readonly updated: readonly PreparedHook[];
  readonly unchanged: readonly PreparedHook[];
  readonly deleted: readonly LiveHook[];
}

/** What to do with a prepared set. `refuse` keeps the last good snapshot whole: the policy `strict`. */
export type Plan = { readonly kind: 'refuse' } | { readonly kind: 'apply'; readonly changes: Changes };

/** Decides without effects what becomes of a prepared set. Hooks are the same hook when they have the same id. */
export function planChanges(live: Snapshot | null, prepared: Prepared): Plan {
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
  return { kind: 'apply', changes };
}
