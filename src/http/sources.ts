import { Router } from 'express';
import type { CatalogueEvent } from '../definitions/event-source.ts';
import { HooklineError } from '../errors.ts';
import type { Registry } from '../registry/registry.ts';

type Events = ReadonlyMap<string, CatalogueEvent>;

/** GET /event-hooks/sources at its three levels. The capital F of "Not Found" is the reference's. */
export function createSourcesRouter(registry: Registry): Router {
  const router = Router();
  const sources = (): ReadonlyMap<string, Events> =>
    registry.current()?.catalogue.sources ?? new Map<string, Events>();
  router.get('/event-hooks/sources', (_req, res) => {
    const data = Object.fromEntries(
      [...sources()].map(([source, events]) => [source, Object.fromEntries(events)]),
    );
    res.json({ data });
  });
  router.get('/event-hooks/sources/:source', (req, res) => {
    res.json({ data: Object.fromEntries(found(sources().get(req.params.source))) });
  });
  router.get('/event-hooks/sources/:source/:event', (req, res) => {
    res.json({ data: found(sources().get(req.params.source)?.get(req.params.event)) });
  });
  return router;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new HooklineError('not_found', 'Not Found');
  return value;
}
