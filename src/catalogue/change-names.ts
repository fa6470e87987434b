import type { HookEvent } from '../event.ts';

/** The source whose events are changes of entities of Kong Gateway. */
export const CHANGES = 'crud';
/** What a change may be. */
const OPERATIONS = ['create', 'update', 'delete'];

/**
 * The events that are this one too, by a name that says more: a change of a consumer is one event, `consumers:create`, and
 * goes to hooks on `consumers` as well. Only events of `crud` have such names.
 */
export function toNarrowerNames(source: string, event: string): readonly string[] {
  return source === CHANGES ? OPERATIONS.map((operation) => `${event}:${operation}`) : [];
}

/**
 * An event as a hook knows it, by the name it was declared on: on `consumers`, the event `consumers:create` is called
 * `consumers`. A hook on a whole source sees each by its own name.
 */
export function toSeenEvent<Seen extends Pick<HookEvent, 'source' | 'event'>>(
  event: Seen,
  hookEvent: string | null,
): Seen {
  if (hookEvent === null || hookEvent === event.event) return event;
  return toNarrowerNames(event.source, hookEvent).includes(event.event)
    ? { ...event, event: hookEvent }
    : event;
}
