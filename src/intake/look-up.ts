import type { Catalogue } from '../catalogue/catalogue.ts';
import { type CheckedEvent, checkEvent } from '../catalogue/checks.ts';

/** Looks events up by source and name. */
export type LookUp = (source: string, event: string) => CheckedEvent;

/** What of a catalogue it takes. */
type KnownSources = Pick<Catalogue, 'sources'>;

/** Names for which one request is told what was meant. */
const MAX_HINTS = 100;

/**
 * Looks events up in a catalogue for one request. To say what was meant by a name costs far more than to look it up,
 * and a producer that is wrong once is wrong for every line of its batch: so it is worked out once for a name, and for
 * so many names only.
 */
export function createLookUp(catalogue: KnownSources): LookUp {
  const unknown = new Map<string, CheckedEvent>();
  return (source, event) => {
    const entry = catalogue.sources.get(source)?.get(event);
    if (entry !== undefined) return { kind: 'known', entry };
    const key = JSON.stringify([source, event]);
    const known = unknown.get(key);
    if (known !== undefined) return known;
    const isLate = unknown.size >= MAX_HINTS;
    const checked = checkEvent(isLate ? withoutNames(catalogue, source) : catalogue, source, event);
    if (!isLate) unknown.set(key, checked);
    return checked;
  };
}

/** The same catalogue as far as it takes to say that an event is not in it. */
function withoutNames({ sources }: KnownSources, source: string): KnownSources {
  return { sources: sources.has(source) ? new Map([[source, new Map()]]) : new Map() };
}
