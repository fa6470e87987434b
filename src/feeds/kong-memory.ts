import { randomBytes } from 'node:crypto';
import { digestJson } from '../canonical-json.ts';
import type { KongDefinition } from '../definitions/event-source.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import type { AddressHealth } from './kong-health.ts';

/** An entity as it was seen last. */
export interface Row {
  /** Of the whole of it (kong-entities.ts). */
  readonly digest: string;
  /** JSON of it as it is shown: text takes less memory than objects, and is written as it is. */
  readonly text: string;
}

/** Entities of one list, by id. */
export type Rows = ReadonlyMap<string, Row>;

/** What a feed knows of a gateway. */
export interface KongMemory {
  /** Of the gateway that was looked at: what is known of another says nothing of this one. */
  readonly gateway: string;
  /** Of the digests. */
  readonly key: string;
  /** Times it changed: a change that comes again later is not the same event. */
  readonly count: number;
  /** By the path of their list; one that was never looked at is not there. */
  readonly lists: ReadonlyMap<string, Rows>;
  /** By upstream; null: never looked at. */
  readonly health: ReadonlyMap<string, AddressHealth> | null;
}

/** Nothing is known of the gateway yet. */
export function toEmptyMemory(definition: KongDefinition): KongMemory {
  return {
    gateway: identify(definition),
    key: randomBytes(KEY_BYTES).toString('base64url'),
    count: 0,
    lists: new Map(),
    health: null,
  };
}

/** Reads what was kept; null when it is of another gateway, or has another shape. */
export function parseMemory(kept: JsonObject | null, definition: KongDefinition): KongMemory | null {
  if (kept === null) return null;
  const { gateway, key, count, lists, health } = kept;
  if (gateway !== identify(definition) || typeof key !== 'string' || typeof count !== 'number') return null;
  const parsed = { lists: toMap(lists, toRows), health: toMap(health, toAddressHealth) };
  if (parsed.lists === null || (parsed.health === null && health !== null)) return null;
  return { gateway, key, count, lists: parsed.lists, health: parsed.health };
}

/** What is kept of it. */
export function toKept({ gateway, key, count, lists, health }: KongMemory): JsonObject {
  return {
    gateway,
    key,
    count,
    lists: toObject(lists, (rows) => toObject(rows, ({ digest, text }) => [digest, text])),
    health: health && toObject(health, Object.fromEntries),
  };
}

const KEY_BYTES = 32;

/** By where it is and what of it is looked at. */
function identify({ admin_url, tags }: KongDefinition): string {
  return digestJson({ admin_url, tags });
}

function toRows(value: Json): Rows | null {
  return toMap(value, toRow);
}

function toRow(value: Json): Row | null {
  const [digest, text] = Array.isArray(value) ? (value as readonly Json[]) : [];
  return typeof digest === 'string' && typeof text === 'string' ? { digest, text } : null;
}

function toAddressHealth(value: Json): AddressHealth | null {
  return toMap(value, (healthy) => (typeof healthy === 'boolean' ? healthy : null));
}

/** Null when any of it cannot be read: half a memory would tell of creations that were none. */
function toMap<T>(value: Json | undefined, read: (value: Json) => T | null): ReadonlyMap<string, T> | null {
  if (!isJsonObject(value)) return null;
  const map = new Map<string, T>();
  for (const [key, item] of Object.entries(value)) {
    const one = read(item);
    if (one === null) return null;
    map.set(key, one);
  }
  return map;
}

function toObject<T>(map: ReadonlyMap<string, T>, show: (value: T) => Json): JsonObject {
  return Object.fromEntries([...map].map(([key, value]) => [key, show(value)]));
}
