import type { CatalogueEvent } from '../definitions/event-source.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { validateData } from './checks.ts';
import { sampleOf } from './schema-sample.ts';

/** What fields of built-in events hold: Kong's (reference, kong-behaviour.md §4) and Hookline's own. */
const FIELDS: Readonly<Record<string, Json>> = {
  operation: 'create',
  entity: { id: '018f4e3c-5b1a-7c3d-8e2f-1a2b3c4d5e6f', name: 'example' },
  old_entity: { id: '018f4e3c-5b1a-7c3d-8e2f-1a2b3c4d5e6f', name: 'before' },
  ip: '192.0.2.1',
  port: 8080,
  limit: 100,
  rate: 101,
  window: 60,
  hooks: 3,
  held: false,
  problems: [],
  problem_count: 0,
  sources: [],
  attempts: 8,
};

/** Data of an event that would be taken in; null when none can be made up that fits its schema. */
export function sampleData(name: string, entry: CatalogueEvent): JsonObject | null {
  const data = [false, true].map((sparse) => toData(name, entry, sparse));
  return data.find((one) => one !== null && validateData(entry, one).length === 0) ?? null;
}

function toData(name: string, { schema, fields = [] }: CatalogueEvent, sparse: boolean): JsonObject | null {
  if (schema === undefined)
    return Object.fromEntries(toFields(name, fields).map((field) => [field, toField(name, field)]));
  const made = sampleOf(schema, { sparse });
  return isJsonObject(made) ? made : null;
}

/** What is created or deleted has nothing it was before. */
function toFields(name: string, fields: readonly string[]): readonly string[] {
  return toOperation(name) === 'update' ? fields : fields.filter((field) => field !== 'old_entity');
}

function toField(name: string, field: string): Json {
  if (field === 'operation') return toOperation(name);
  if (field === 'schema') return name.split(':')[0] ?? name;
  return Object.hasOwn(FIELDS, field) ? (FIELDS[field] ?? null) : 'example';
}

/** Kong's events of a change end with what it was: `consumers:update`; those of dao:crud are nothing else. */
function toOperation(name: string): string {
  return /(?:^|:)(create|update|delete)$/.exec(name)?.[1] ?? 'create';
}
