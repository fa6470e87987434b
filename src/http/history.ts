import { Router } from 'express';
import { HooklineError } from '../errors.ts';
import type { DeliveryQuery } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import { toAttemptView, toDeliveryView, toEventView } from '../record/history.ts';
import { DELIVERY_FILTERS, readDeliveryFilter } from './delivery-filter.ts';
import { findRecorded } from './find-recorded.ts';
import { parseOffset, parseSize, toNext } from './pagination.ts';
import { checkQuery, type Query, readText } from './query.ts';

/** GET /events/{id}, /deliveries and /deliveries/{id}. */
export function createHistoryRouter(journal: Journal): Router {
  const router = Router();
  router.get('/events/:id', async (req, res) => {
    checkQuery(req.query, ['source']);
    const source = readText(req.query, 'source');
    res.json(toEventView(await findRecorded(journal, { id: req.params.id, source })));
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
  const filter = readDeliveryFilter(query, ['size', 'offset']);
  return { ...filter, after: parseOffset(query.offset), size: parseSize(query.size) };
}

function keptFilters(query: Query): Record<string, string> {
  const kept = DELIVERY_FILTERS.flatMap((name) => {
    const value = readText(query, name);
    return value === null ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), size: String(parseSize(query.size)) };
}
