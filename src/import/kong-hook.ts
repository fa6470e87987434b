import { validate } from 'uuid';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';

/** An event hook as the Admin API of a gateway answers it (reference, kong-behaviour.md §2). */
export interface KongHook {
  readonly id: string;
  readonly source: string;
  readonly event: string | null;
  readonly handler: 'webhook' | 'webhook-custom' | 'log' | 'lambda';
  readonly on_change: boolean | null;
  readonly snooze: number | null;
  readonly config: JsonObject;
}

const HANDLERS: readonly Json[] = ['webhook', 'webhook-custom', 'log', 'lambda'];

/** Reads one hook of an answer or a dump; a text says what keeps it from being one. */
export function toKongHook(value: Json): KongHook | string {
  if (!isJsonObject(value)) return 'it is no object';
  const { id, source, event = null, handler, on_change = null, snooze = null, config = {} } = value;
  if (typeof id !== 'string' || !validate(id)) return 'it has no id that is a UUID';
  if (typeof source !== 'string') return 'it has no source';
  if (event !== null && typeof event !== 'string') return 'its event is no text';
  if (!HANDLERS.includes(handler ?? null)) return `its handler is ${JSON.stringify(handler)}`;
  if (on_change !== null && typeof on_change !== 'boolean') return 'its on_change is not true or false';
  if (snooze !== null && typeof snooze !== 'number') return 'its snooze is no number';
  const options = config ?? {};
  if (!isJsonObject(options)) return 'its config is no object';
  return { id, source, event, handler: handler as KongHook['handler'], on_change, snooze, config: options };
}
