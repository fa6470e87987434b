import type { Catalogue } from '../catalogue/catalogue.ts';
import { type CheckedEvent, checkEvent } from '../catalogue/checks.ts';

/** Unknown names remembered for each catalogue. */
const MAX_REMEMBERED = 1_000;

/**
 * Unknown names by catalogue. To say what was meant costs far more than to look a name up, and a producer that is
 * wrong once is wrong for every line of its batch.
 */
const remembered = new WeakMap<Catalogue, Map<string, CheckedEvent>>();

/** Looks an event up in a catalogue, and works out only once what was meant by one that is not there. */
export function lookUp(catalogue: Catalogue, source: string, event: string): CheckedEvent {
  const entry = catalogue.sources.get(source)?.get(event);
  if (entry !== undefined) return { kind: 'known', entry };
  const key = JSON.stringify([source, event]);
  const known = remembered.get(catalogue)?.get(key);
  if (known !== undefined) return known;
  const checked = checkEvent(catalogue, source, event);
  remember(catalogue, key, checked);
  return checked;
}

function remember(catalogue: Catalogue, key: string, checked: CheckedEvent): void {
  const known = remembered.get(catalogue);
  if (known === undefined || known.size >= MAX_REMEMBERED)
    remembered.set(catalogue, new Map([[key, checked]]));
  else known.set(key, checked);
}
