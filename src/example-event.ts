import { OWN_SOURCE } from './catalogue/built-in.ts';
import type { JsonObject } from './event.ts';
import type { LiveSnapshot } from './registry/registry.ts';

/** The reference's own example: a consumer was created. */
const FALLBACK: JsonObject = {
  source: 'crud',
  event: 'consumers',
  data: { operation: 'create', schema: 'consumers', entity: { username: 'Jane Austen' } },
};

/** An event for a first try: one that a live log hook is for, since that one shows up without a receiver. */
export function toExampleEvent(snapshot: LiveSnapshot | null): JsonObject {
  const hooks =
    snapshot?.hooks.filter(({ definition }) => definition.enabled && definition.source !== OWN_SOURCE) ?? [];
  const hook = hooks.find(({ definition }) => definition.handler === 'log') ?? hooks[0];
  if (hook === undefined || hook.definition.source === FALLBACK.source) return FALLBACK;
  const { source, event } = hook.definition;
  const events = snapshot?.catalogue.sources.get(source);
  const name = event ?? events?.keys().next().value ?? '';
  const fields = events?.get(name)?.fields ?? [];
  return { source, event: name, data: Object.fromEntries(fields.map((field) => [field, 'example'])) };
}
