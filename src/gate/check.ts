import type { Catalogue } from '../catalogue/catalogue.ts';
import type { HookEvent } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { GateCheck } from './gate.ts';

/** What the check of an event is made with besides hook and event. */
interface CheckContext {
  /** Of what makes events the same: asked for where a hook compares them. */
  readonly digest: () => string;
  /** When the event was accepted, ms since the epoch. */
  readonly at: number;
}

/** Makes the check of on_change and snooze for one event and hook; null when the hook has neither. */
export function toGateCheck(
  { definition }: LiveHook,
  event: HookEvent,
  { digest: toDigest, at }: CheckContext,
): GateCheck | null {
  const onChange = definition.on_change === true;
  const snoozeMs = (definition.snooze ?? 0) * 1000;
  if (!onChange && snoozeMs === 0) return null;
  const digest = onChange ? toDigest() : null;
  const parts = [definition.id, event.source, event.event];
  // JSON keeps the parts apart whatever they hold.
  const key = JSON.stringify(snoozeMs > 0 && digest !== null ? [...parts, digest] : parts);
  return { key, onChange, snoozeMs, digest, at, eventId: event.id };
}

/** The fields that make two of an event the same, by the name it came in with; null: all its data. */
export function toUnique(
  { sources }: Catalogue,
  { source, event }: Pick<HookEvent, 'source' | 'event'>,
): readonly string[] | null {
  return sources.get(source)?.get(event)?.unique ?? null;
}
