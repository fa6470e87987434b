import { Router } from 'express';
import { HooklineError } from '../errors.ts';
import { isTimestamp } from '../intake/timestamp.ts';
import type { DeliveryQuery, DeliveryState, Journal } from '../journal/journal.ts';
import { toAttemptView, toDeliveryView, toEventView } from '../record/history.ts';
import { parseOffset, parseSize, toNext } from './pagination.ts';
import { checkQuery, type Query, readText } from './query.ts';

const STATES: readonly string[] = ['pending', 'succeeded', 'failed', 'exhausted', 'undelivered'] satisfies (
  | DeliveryState
  | 'undelivered'
)[];
const FILTERS = ['hook', 'state', 'source', 'event', 'since'];

/** GET /events/{id}, /deliveries and /deliveries/{id}. */
export function createHistoryRouter(journal: Journal): Router {
  const router = Router();
  router.get('/events/:id', async (req, res) => {
    checkQuery(req.query, ['source']);
    const source = readText(req.query, 'source');
    const found = (await journal.findEvents(req.params.id)).filter(
      ({ event }) => source === null || event.source === source,
    );
    const [only, ...others] = found;
    if (only === undefined) throw new HooklineError('not_found', 'Not found');
    if (others.length > 0) {
      const sources = found.map(({ event }) => event.source).join(', ');
      throw new HooklineError(
        'bad_request',
        `Several sources sent an event with this id: add ?source= with one of ${sources}`,
      );
    }
    res.json(toEventView(only));
  });
  router.get('/deliveries', async (req, res) => {
    const query = toQuery(req.query);
    const page = await journal.listDeliveries({ ...query, size: query.size + 1 });
    const shown = page.slice(0, query.size);
    const last = page.length > query.size ? (shown.at(-1)?.id ?? null) : null;
    res.json({
      data: shown.map(toDeliveryView),
      next: toNext('/deliveries', { last, query: keptFilters(req.query) }),
    });
  });
  router.get('/deliveries/:id', async (req, res) => {
    const found = await journal.findDelivery(req.params.id);
    if (found === null) throw new HooklineError('not_found', 'Not found');
    res.json({ ...toDeliveryView(found.delivery), attempts: found.attempts.map(toAttemptView) });
  });
  return router;
}

function toQuery(query: Query): DeliveryQuery {
  checkQuery(query, [...FILTERS, 'size', 'offset']);
  const state = readText(query, 'state');
  if (!isState(state)) {
    throw new HooklineError('bad_request', `"state" must be one of ${STATES.join(', ')}: got "${state}"`);
  }
  return {
    hook: readText(query, 'hook'),
    state,
    source: readText(query, 'source'),
    event: readText(query, 'event'),
    since: readSince(query),
    after: parseOffset(query.offset),
    size: parseSize(query.size),
  };
}

function isState(state: string | null): state is DeliveryQuery['state'] {
  return state === null || STATES.includes(state);
}

function readSince(query: Query): number | null {
  // A plus sign that is not encoded comes in as a space.
  const text = readText(query, 'since')?.replace(/ (\d\d:\d\d)$/, '+$1') ?? null;
  if (text === null || isTimestamp(text)) return text === null ? null : Date.parse(text);
  throw new HooklineError('bad_request', `"since" must be a time as in 2026-01-31T12:00:00Z: got "${text}"`);
}

function keptFilters(query: Query): Record<string, string> {
  const kept = FILTERS.flatMap((name) => {
    const value = readText(query, name);
    return value === null ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), size: String(parseSize(query.size)) };
}
