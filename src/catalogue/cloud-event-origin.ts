import type { EventSource } from '../definitions/event-source.ts';
import type { CloudEventOrigin } from './cloud-event-names.ts';

/** An event that did not come as a CloudEvent. */
interface NamedEvent {
  readonly source: string;
  readonly event: string;
}

/**
 * The source and type of an event as a CloudEvent: what its declared source takes as this event, where that is one text.
 * Else the last path segment of the source is its name, and the type is the event, which whoever takes CloudEvents as
 * Hookline does names so again.
 */
export function toCloudEventOrigin(named: NamedEvent, declared: EventSource | null): CloudEventOrigin {
  const pattern = declared?.cloudevents?.source ?? null;
  return {
    source: pattern === null || pattern.includes('*') ? `/hookline/${named.source}` : pattern,
    type: toType(named.event, declared),
  };
}

function toType(event: string, declared: EventSource | null): string {
  const events = declared?.events ?? {};
  const own = Object.hasOwn(events, event) ? events[event]?.cloudevents?.type : undefined;
  if (own !== undefined && !own.includes('*')) return own;
  return (declared?.cloudevents?.type ?? '*').replace('*', () => event);
}
