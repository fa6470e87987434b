import type { RecordedEvent } from '../journal/delivery.ts';
import { toDeliveryView } from '../record/history.ts';
import type { HookIndex } from '../registry/hook-index.ts';
import type { Explanation, RecordedEnd } from './explanation.ts';

/** What became of an event for a hook; null: nothing is recorded. */
export function toEnd(hookId: string, recorded: RecordedEvent | null): RecordedEnd | null {
  const delivery = recorded?.deliveries.find((one) => one.hookId === hookId);
  if (delivery !== undefined) return { delivery: toDeliveryView(delivery), stopped: null };
  const stop = recorded?.stops.find((one) => one.hookId === hookId);
  return stop === undefined ? null : { delivery: null, stopped: stop.reason };
}

/** What became of an event for hooks that are not live any more. */
export function toOtherEnds(
  recorded: RecordedEvent,
  { byId }: HookIndex,
): NonNullable<Explanation['recorded']>['others'] {
  return [...recorded.deliveries, ...recorded.stops]
    .filter(({ hookId }) => !byId.has(hookId))
    .flatMap(({ hookId, hookName }) => {
      const end = toEnd(hookId, recorded);
      return end === null ? [] : [{ hook: hookName, hook_id: hookId, ...end }];
    });
}
