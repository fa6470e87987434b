import type { InletDefinition } from '../definitions/event-source.ts';
import type { JsonObject } from '../event.ts';
import { readPlace } from '../intake/place.ts';
import { INLET_KINDS } from './inlet-kinds.ts';
import type { Push } from './push-signatures.ts';

/** A request an inlet took for genuine, with what its body says. */
export interface InletRequest extends Push {
  readonly data: JsonObject;
}

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
    const found = readPlace(place, request);
    if (found !== null) return found;
  }
  return null;
}
