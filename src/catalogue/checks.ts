import type { ErrorObject } from 'ajv/dist/2020.js';
import { compileDataSchema, explainMisfit } from '../definitions/data-schema.ts';
import type { CatalogueEvent } from '../definitions/event-source.ts';
import { suggest, toHint } from '../definitions/suggest.ts';
import type { JsonObject } from '../event.ts';
import type { Catalogue } from './catalogue.ts';

/** Whether the catalogue has an event; the texts are the reference's. */
export type CheckedEvent =
  | { readonly kind: 'known'; readonly entry: CatalogueEvent }
  | { readonly kind: 'unknown'; readonly message: string; readonly hint: string | null };

/** Looks an event up, and says what was probably meant when it is not there. */
export function checkEvent(
  { sources }: Pick<Catalogue, 'sources'>,
  source: string,
  event: string,
): CheckedEvent {
  const events = sources.get(source);
  if (events === undefined) {
    return {
      kind: 'unknown',
      message: `source '${source}' is not registered`,
      hint: toSourceHint(sources, source),
    };
  }
  const entry = events.get(event);
  if (entry !== undefined) return { kind: 'known', entry };
  return {
    kind: 'unknown',
    message: `source '${source}' has no '${event}' event`,
    hint: toHint(event, [...events.keys()]) ?? toElsewhere(sources, event),
  };
}

function toSourceHint(sources: Catalogue['sources'], source: string): string | null {
  const known = [...sources.keys()];
  return suggest(source, known) === null
    ? (toElsewhere(sources, source) ?? toHint(source, known))
    : toHint(source, known);
}

/** Says which source has an event. */
function toElsewhere(sources: Catalogue['sources'], event: string): string | null {
  const having = [...sources].flatMap(([source, events]) => (events.has(event) ? [`"${source}"`] : []));
  return having.length === 0 ? null : `"${event}" is an event of source ${having.join(' and ')}`;
}

/** Mistakes that are named: data may have as many as it has members. */
const MAX_NAMED = 10;

/** What of an event's data does not fit its schema, as JSON pointer and sentence; empty when it fits or has none. */
export function validateData(entry: CatalogueEvent, data: JsonObject): readonly string[] {
  if (entry.schema === undefined) return [];
  if (compileDataSchema(entry.schema)(data)) return [];
  const errors = explainMisfit(entry.schema, data);
  const named = errors.slice(0, MAX_NAMED).map(toSentence);
  return errors.length > MAX_NAMED ? [...named, `and ${errors.length - MAX_NAMED} more`] : named;
}

function toSentence({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { readonly additionalProperty?: string };
  const which = additionalProperty === undefined ? '' : `: "${additionalProperty}"`;
  return `${instancePath || '/'} ${message}${which}`;
}
