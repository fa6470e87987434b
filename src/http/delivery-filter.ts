import { HooklineError } from '../errors.ts';
import { isTimestamp } from '../intake/timestamp.ts';
import { DELIVERY_STATES, type DeliveryFilter } from '../journal/delivery.ts';
import { checkQuery, type Query, readText } from './query.ts';

/** What deliveries can be narrowed by. */
export const DELIVERY_FILTERS = ['hook', 'state', 'source', 'event', 'since', 'until'] as const;

const STATES: readonly string[] = [...DELIVERY_STATES, 'undelivered'];

/** Reads what narrows deliveries, from a query or a body. Throws `bad_request` for anything else but `others`. */
export function readDeliveryFilter(query: Query, others: readonly string[] = []): DeliveryFilter {
  checkQuery(query, [...DELIVERY_FILTERS, ...others]);
  const state = readText(query, 'state');
  if (!isState(state)) {
    throw new HooklineError('bad_request', `"state" must be one of ${STATES.join(', ')}: got "${state}"`);
  }
  return {
    hook: readText(query, 'hook'),
    state,
    source: readText(query, 'source'),
    event: readText(query, 'event'),
    since: readTime(query, 'since'),
    until: readTime(query, 'until'),
  };
}

function isState(state: string | null): state is DeliveryFilter['state'] {
  return state === null || STATES.includes(state);
}

function readTime(query: Query, name: string): number | null {
  // A plus sign that is not encoded comes in as a space.
  const text = readText(query, name)?.replace(/ (\d\d:\d\d)$/, '+$1') ?? null;
  if (text === null || isTimestamp(text)) return text === null ? null : Date.parse(text);
  throw new HooklineError(
    'bad_request',
    `"${name}" must be a time as in 2026-01-31T12:00:00Z: got "${text}"`,
  );
}
