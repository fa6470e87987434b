import { toDuration } from '../duration.ts';
import type { Json, JsonObject } from '../event.ts';
import { type Difference, findDifferences } from './compare.ts';
import { toMs } from './duration.ts';
import type { Happening } from './happening.ts';
import type { Duration, Expectation } from './hook-test.ts';

const CONTAINS = '_contains';

/** Every way in which something that happened is not what was expected. What is not written may be anything. */
export function findMisfits(expectation: Expectation, happening: Happening): readonly Difference[] {
  return Object.entries(expectation).flatMap(([key, expected]) => compare(key, expected, happening));
}

function compare(key: string, expected: Json, happening: Happening): readonly Difference[] {
  switch (key) {
    // Expectations are held against what happened to their own hook.
    case 'hook':
      return [];
    case 'at':
      return compareTimes(expected as Duration, happening.at);
    case 'headers':
      return compareHeaders(expected as JsonObject, happening.headers as JsonObject);
  }
  const partial = key.endsWith(CONTAINS);
  const received = happening[partial ? key.slice(0, -CONTAINS.length) : key];
  if (partial && typeof expected === 'string' && typeof received === 'string')
    return received.includes(expected) ? [] : [{ path: [key], expected, received }];
  return findDifferences(expected, received, { path: [key], partial });
}

function compareTimes(expected: Duration, at: number): readonly Difference[] {
  if (toMs(expected) === at) return [];
  return [{ path: ['at'], expected: toDuration(toMs(expected)), received: toDuration(at) }];
}

/** Names are the same in any case. */
function compareHeaders(expected: JsonObject, received: JsonObject): readonly Difference[] {
  return Object.entries(expected).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    const found = Object.hasOwn(received, lower) ? received[lower] : undefined;
    if (value === null ? found === undefined : found === value) return [];
    return [{ path: ['headers', name], expected: value ?? undefined, received: found }];
  });
}
