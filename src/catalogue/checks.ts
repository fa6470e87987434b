import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { CatalogueEvent } from '../definitions/definition.ts';
import { toHint } from '../definitions/suggest.ts';
import type { JsonObject } from '../event.ts';
import type { Catalogue } from './catalogue.ts';

/** Whether the catalogue has an event; the texts are the reference's. */
export type CheckedEvent =
  | { readonly kind: 'known'; readonly entry: CatalogueEvent }
  | { readonly kind: 'unknown'; readonly message: string; readonly hint: string | null };

/** Looks an event up, and says what was probably meant when it is not there. */
export function checkEvent({ sources }: Catalogue, source: string, event: string): CheckedEvent {
  const events = sources.get(source);
  if (events === undefined) {
    return {
      kind: 'unknown',
      message: `source '${source}' is not registered`,
      hint: toHint(source, [...sources.keys()]),
    };
  }
  const entry = events.get(event);
  if (entry !== undefined) return { kind: 'known', entry };
  return {
    kind: 'unknown',
    message: `source '${source}' has no '${event}' event`,
    hint: toHint(event, [...events.keys()]),
  };
}

const ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true });
formats.default(ajv);
const validators = new WeakMap<CatalogueEvent, ValidateFunction>();

/** What of an event's data does not fit its schema, as JSON pointer and sentence; empty when it fits or has none. */
export function validateData(entry: CatalogueEvent, data: JsonObject): readonly string[] {
  if (entry.schema === undefined) return [];
  const validator = validators.get(entry) ?? compile(entry, entry.schema);
  if (validator(data)) return [];
  return (validator.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

/** A copy is compiled: the library keys its own cache by the object, and two sources may give the same $id. */
function compile(entry: CatalogueEvent, schema: JsonObject): ValidateFunction {
  const { $id: _id, ...anonymous } = structuredClone(schema);
  const validator = ajv.compile(anonymous);
  validators.set(entry, validator);
  return validator;
}
