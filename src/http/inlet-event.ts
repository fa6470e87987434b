import type { InletDefinition } from '../definitions/definition.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { INLET_KINDS } from './inlet-kinds.ts';
import type { Push } from './push-signatures.ts';

/** A request an inlet took for genuine, with what its body says. */
export interface InletRequest extends Push {
  readonly data: JsonObject;
}

/** Begins a place in the headers; any other is a dotted path into the body. */
const HEADER = 'header:';

/** The name of what happened, where its definition, or else the kind of sender, has it; null when it says none. */
export function findEvent({ verify, event }: InletDefinition, request: InletRequest): string | null {
  return findFirst(event === null ? INLET_KINDS[verify].events : [event], request);
}

/** The id that is the same when the request is sent again; null when it has none. */
export function findId({ verify, id }: InletDefinition, request: InletRequest): string | null {
  return findFirst(id === null ? INLET_KINDS[verify].ids : [id], request);
}

function findFirst(places: readonly string[], request: InletRequest): string | null {
  for (const place of places) {
    const found = findAt(place, request);
    if (found !== null) return found;
  }
  return null;
}

function findAt(place: string, { headers, data }: InletRequest): string | null {
  const value = place.startsWith(HEADER)
    ? headers[place.slice(HEADER.length).toLowerCase()]
    : place.split('.').reduce(stepInto, data as Json | undefined);
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}

function stepInto(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
