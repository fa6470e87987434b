import type { HookEvent, JsonObject } from '../event.ts';
import type { Appended } from '../journal/journal.ts';

/** What is answered for one accepted event: its id, which hooks it goes to, which it was stopped for and why. */
export function toAcceptedView({ id }: HookEvent, appended: Appended): JsonObject {
  if (appended.kind === 'duplicate') return { id, hooks: [], stopped: [], duplicate: true };
  return {
    id,
    hooks: appended.deliveries.map(({ hookName, deliveryId }) => ({ hook: hookName, delivery: deliveryId })),
    stopped: appended.stops.map(({ hookName, reason }) => ({ hook: hookName, reason })),
  };
}
