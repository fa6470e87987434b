import { createHmac } from 'node:crypto';
import type { FedEvent } from './feed.ts';
import type { HealthChange } from './kong-health.ts';
import type { Change } from './kong-list.ts';

/** A change with the path of the list it was seen in. */
export interface ListChange extends Change {
  readonly path: string;
}

/** What events are made with. */
interface EventContext {
  /** Name of the source that declares the gateway: ids begin with it. */
  readonly source: string;
  /** What is known of the gateway (kong-memory.ts). */
  readonly memory: { readonly key: string; readonly count: number };
  /** RFC 3339, when it was seen: the gateway does not tell when it happened. */
  readonly time: string;
}

/** Hex digits of an id that are not the name of its source. */
const DIGITS = 32;

/** The events of a change, one for each source that has it: as in the reference, one for `crud` and one for `dao:crud`. */
export function toChangeEvents(change: ListChange, context: EventContext): readonly FedEvent[] {
  const { path, operation, schema, id, entity, oldEntity, digest } = change;
  const data = { operation, entity, ...(oldEntity === null ? {} : { old_entity: oldEntity }), schema };
  const toEvent = (source: string, event: string): FedEvent => ({
    id: toId([source, path, id, operation, digest], context),
    source,
    event,
    data,
    time: context.time,
    attributes: null,
  });
  return [toEvent('crud', `${schema}:${operation}`), toEvent('dao:crud', operation)];
}

/** The event of an address that became healthy or unhealthy. */
export function toHealthEvent({ key, data, healthy }: HealthChange, context: EventContext): FedEvent {
  const health = healthy ? 'healthy' : 'unhealthy';
  return {
    id: toId(['balancer', key, health], context),
    source: 'balancer',
    event: 'health',
    data: { ...data, health },
    time: context.time,
    attributes: null,
  };
}

/** The same when the same change is told again because its keeping was not noted; another when it comes again later. */
function toId(parts: readonly string[], { source, memory }: EventContext): string {
  const text = JSON.stringify([memory.count, ...parts]);
  return `${source}~${createHmac('sha256', memory.key).update(text).digest('hex').slice(0, DIGITS)}`;
}
