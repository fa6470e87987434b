import { type Request, Router } from 'express';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import type { ReconcileStatus } from '../reconcile/status.ts';
import { checkQuery } from './query.ts';
import { readObject } from './read-object.ts';
import { toConditionViews } from './status.ts';

/** What the routes of reconciling work with. */
export interface ReconcileParts {
  readonly reconciling: {
    /** Names of the sources. */
    readonly sources: readonly string[];
    /** Has these sources looked at now, or all, remotes too. Resolves once that has ended and it is known what came of it. */
    readonly look: (names: readonly string[] | null) => Promise<ReconcileStatus>;
    /** Rejects with `conflict`. */
    readonly confirm: (revision: string) => Promise<ReconcileStatus>;
  };
}

/** POST /reconcile and POST /reconcile/confirm. */
export function createReconcileRouter({ reconciling }: ReconcileParts): Router {
  const router = Router();
  router.post('/reconcile', async (req, res) => {
    checkQuery(req.query, ['wait']);
    const wait = toWait(req.query.wait);
    const done = reconciling.look(toSources(req, reconciling.sources));
    if (wait) res.json(toOutcome(await done));
    else res.status(202).json({ message: 'Looking for changes' });
  });
  router.post('/reconcile/confirm', async (req, res) => {
    checkQuery(req.query, []);
    const { revision } = readKeys(req, {
      what: '{"revision": …}, the revision that is held',
      known: ['revision'],
    });
    if (typeof revision !== 'string') throw new HooklineError('bad_request', 'Say the revision that is held');
    res.json(toOutcome(await reconciling.confirm(revision)));
  });
  return router;
}

function toWait(value: unknown): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true' || value === '') return true;
  throw new HooklineError('bad_request', 'wait must be true or false');
}

/** Null: all of them. */
function toSources(req: Request, known: readonly string[]): readonly string[] | null {
  const { sources = null } = readKeys(req, {
    what: 'which sources to look at, as {"sources": [NAME, …]}',
    known: ['sources'],
  });
  if (sources === null) return null;
  const names = Array.isArray(sources) ? sources.filter((name) => typeof name === 'string') : [];
  if (!Array.isArray(sources) || names.length < sources.length || names.length === 0)
    throw new HooklineError('bad_request', 'sources must be a list of names, one at least');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new HooklineError(
      'bad_request',
      `There is no source "${unknown}": the sources are ${known.join(', ')}`,
    );
  return names;
}

/** Refuses a key that no one reads: a misspelt one would otherwise stand for all sources. */
function readKeys(
  req: Request,
  { what, known }: { readonly what: string; readonly known: readonly string[] },
): JsonObject {
  const body = readObject(req, what);
  const stranger = Object.keys(body).find((key) => !known.includes(key));
  if (stranger === undefined) return body;
  throw new HooklineError('bad_request', `Unknown key "${stranger}": use ${known.join(', ')}`);
}

function toOutcome({ conditions, lastApplied, serving, problems }: ReconcileStatus): JsonObject {
  return {
    revision: lastApplied?.revision ?? null,
    serving,
    conditions: toConditionViews(conditions),
    problems: problems.map((problem) => ({ ...problem })),
  };
}
