import { type JsonObject, valueAt } from '../event.ts';

/** What came in, as far as a place can be in it. */
export interface Placed {
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly data: JsonObject;
}

/** Begins a place in the headers; any other is a dotted path into the data. */
const HEADER = 'header:';

/** The text at a place, or the number as one; null when there is nothing that can be a name. */
export function readPlace(place: string, { headers, data }: Placed): string | null {
  const value = place.startsWith(HEADER)
    ? headers[place.slice(HEADER.length).toLowerCase()]
    : valueAt(data, place.split('.'));
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}
