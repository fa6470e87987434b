import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { HookIndex } from '../registry/hook-index.ts';

/**
 * The hooks an event is for: those of its source that name it, by either of its names, or no event; each of them once, in
 * the order of their names.
 */
export function matchHooks(
  { bySource }: HookIndex,
  event: Pick<HookEvent, 'source' | 'event'>,
): readonly LiveHook[] {
  const hooks = bySource.get(event.source);
  return hooks?.byEvent.get(event.event) ?? hooks?.everyEvent ?? [];
}
