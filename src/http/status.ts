import { Router } from 'express';
import { toTime } from '../clock.ts';
import type { JsonObject } from '../event.ts';
import type { Journal } from '../journal/journal.ts';
import type { ReconcileStatus } from '../reconcile/status.ts';
import type { Counters } from '../record/counters.ts';
import type { Registry } from '../registry/registry.ts';

/** What the routes of status work with. */
export interface StatusParts {
  readonly registry: Registry;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly reconcileStatus: () => ReconcileStatus;
  /** Lanes that are out of the ordinary. */
  readonly lanes: () => readonly JsonObject[];
  readonly version: string;
}

/** GET /status, /healthz and /readyz. */
export function createStatusRouter({
  registry,
  journal,
  counters,
  reconcileStatus,
  lanes,
  version,
}: StatusParts): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ message: 'ok' });
  });
  router.get('/readyz', (_req, res) => {
    const { serving, problems, conditions } = reconcileStatus();
    if (serving === 'live') return res.json({ message: 'ready' });
    const reason = conditions.find(({ type }) => type === 'Ready')?.message ?? 'starting';
    return res.status(503).json({ message: `Not ready: ${reason}`, problems });
  });
  router.get('/status', async (_req, res) => {
    const snapshot = registry.current();
    const { conditions, lastAttempted, lastApplied, serving, problems } = reconcileStatus();
    res.json({
      version,
      revision: snapshot?.revision ?? null,
      serving,
      hooks: snapshot?.hooks.length ?? 0,
      sources: snapshot?.catalogue.sources.size ?? 0,
      conditions: conditions.map((condition) => ({ ...condition, since: toTime(condition.since) })),
      lastAttempted: lastAttempted && { ...lastAttempted, at: toTime(lastAttempted.at) },
      lastApplied: lastApplied && { ...lastApplied, at: toTime(lastApplied.at) },
      problems,
      deliveries: await journal.counts(),
      lanes: lanes(),
      counters: counters.read(),
    });
  });
  return router;
}
