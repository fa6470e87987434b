import { type Request, Router } from 'express';
import { HooklineError } from '../errors.ts';
import type { DeliveryFilter } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import { toDeliveryView, toReplayView } from '../record/history.ts';
import { DELIVERY_FILTERS, readDeliveryFilter } from './delivery-filter.ts';
import { readObject } from './read-object.ts';

/** What redelivery works with. */
export interface RedeliveryParts {
  readonly journal: Journal;
  readonly redelivery: Redelivery;
}

/** Delivers again. */
export interface Redelivery {
  /** One delivery. Null: there is none. */
  readonly one: (id: string) => ReturnType<Journal['redeliver']>;
  /** All that match, as a job. */
  readonly all: (filter: DeliveryFilter) => ReturnType<Journal['startReplay']>;
}

/** POST /deliveries/{id}/redeliver, POST /deliveries/redeliver and GET /replays/{id}. */
export function createRedeliveryRouter({ journal, redelivery }: RedeliveryParts): Router {
  const router = Router();
  router.post('/deliveries/redeliver', async (req, res) => {
    const replay = await redelivery.all(toFilter(req));
    res.status(202).location(`/replays/${replay.id}`).json(toReplayView(replay));
  });
  router.post('/deliveries/:id/redeliver', async (req, res) => {
    const delivery = await redelivery.one(req.params.id);
    if (delivery === null) throw new HooklineError('not_found', 'Not found');
    res.status(202).json(toDeliveryView(delivery));
  });
  router.get('/replays/:id', async (req, res) => {
    const replay = await journal.findReplay(req.params.id);
    if (replay === null) throw new HooklineError('not_found', 'Not found');
    res.json(toReplayView(replay));
  });
  return router;
}

/** Nothing that was delivered is sent again unless `state` says so, and never everything by an empty body. */
function toFilter(req: Request): DeliveryFilter {
  const body = readObject(req, 'what to redeliver');
  if (Object.keys(body).length === 0) {
    const known = DELIVERY_FILTERS.join(', ');
    throw new HooklineError('bad_request', `Say what to redeliver: at least one of ${known}`);
  }
  const filter = readDeliveryFilter(body);
  return { ...filter, state: filter.state ?? 'undelivered' };
}
