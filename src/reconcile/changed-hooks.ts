import type { Report } from './report.ts';
import type { LiveHook } from './snapshot.ts';

/** A hook that changed, as it is now or, when it was deleted, as it was. */
export interface ChangedHook {
  readonly hook: LiveHook;
  readonly operation: 'create' | 'update' | 'delete';
}

/** The hooks an applied set changed; in the order created, updated, deleted. */
export function toChangedHooks({
  snapshot,
  changes,
}: Report & { readonly kind: 'applied' }): readonly ChangedHook[] {
  const live = new Map(snapshot.hooks.map((hook) => [hook.definition.id, hook]));
  const changed = (hooks: typeof changes.created, operation: 'create' | 'update'): readonly ChangedHook[] =>
    hooks.flatMap(({ hook: { id } }) => {
      const hook = live.get(id);
      return hook === undefined ? [] : [{ hook, operation }];
    });
  return [
    ...changed(changes.created, 'create'),
    ...changed(changes.updated, 'update'),
    ...changes.deleted.map((hook) => ({ hook, operation: 'delete' }) as const),
  ];
}
