import { type Request, type Response, Router } from 'express';
import { HooklineError } from '../errors.ts';
import { compareTexts } from '../order.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Registry } from '../registry/registry.ts';
import { toEntity } from './entity.ts';
import { encodeOffset, parseOffset, parseSize, toNext } from './pagination.ts';
import { checkQuery } from './query.ts';
import { readObject } from './read-object.ts';
import type { Trial } from './trial.ts';

/** GET /event-hooks, /event-hooks/{id or name}, …/ping and POST …/test. A name may have slashes, encoded or not. */
export function createEventHooksRouter(registry: Registry, trial: Trial): Router {
  const router = Router();
  router.get('/event-hooks', (req, res) => listHooks(registry, req, res));
  router.get('/event-hooks/*name/ping', async (req, res, next) => {
    const hook = registry.find(toName(req.params.name));
    if (hook === null) return next();
    res.json(await trial.ping(hook));
  });
  router.post('/event-hooks/*name/test', async (req, res) => {
    const hook = findHook(registry, toName(req.params.name));
    res.json(await trial.test(hook, readObject(req, 'the data of the event')));
  });
  router.get('/event-hooks/*name', (req, res) => {
    const hook = findHook(registry, toName(req.params.name));
    if (!isFresh(req, res, hook.revision)) res.json(toEntity(hook));
  });
  return router;
}

/** The name a wildcard of a path stands for; a slash at its end is none of it. */
export function toName(segments: readonly string[] | string): string {
  return [segments].flat().join('/').replace(/\/$/, '');
}

function findHook(registry: Registry, idOrName: string): LiveHook {
  const hook = registry.find(idOrName);
  if (hook === null) throw new HooklineError('not_found', 'Not found');
  return hook;
}

function listHooks(registry: Registry, req: Request, res: Response): void {
  checkQuery(req.query, ['size', 'offset']);
  const size = parseSize(req.query.size);
  const after = parseOffset(req.query.offset);
  const snapshot = registry.current();
  if (isFresh(req, res, snapshot?.revision ?? null)) return;
  const rest = (snapshot?.hooks ?? []).filter(
    (hook) => after === null || compareTexts(hook.definition.name, after) > 0,
  );
  const page = rest.slice(0, size);
  const last = rest.length > size ? (page.at(-1)?.definition.name ?? null) : null;
  const next = toNext('/event-hooks', { last, query: { size: String(size) } });
  res.json({ data: page.map(toEntity), next, ...(last === null ? {} : { offset: encodeOffset(last) }) });
}

/** Sets the ETag and, when the client has this revision already, answers 304. */
function isFresh(req: Request, res: Response, revision: string | null): boolean {
  if (revision === null) return false;
  const etag = toEtag(revision);
  res.set('etag', etag);
  // The framework's own test gives way to "cache-control: no-cache", which clients add by themselves.
  const known = (req.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (!known.includes(etag) && !known.includes('*')) return false;
  res.status(304).end();
  return true;
}

/** A revision has the name of a branch in it, which may be in any script; a comma stands between two tags. */
function toEtag(revision: string): string {
  return `"${encodeURI(revision.toWellFormed()).replaceAll(',', '%2C')}"`;
}
