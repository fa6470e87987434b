import { type Request, Router } from 'express';
import type { Clock } from '../clock.ts';
import { HooklineError } from '../errors.ts';
import type { HookEvent, Json } from '../event.ts';
import type { Explain } from '../explain/explain.ts';
import { parseJson } from '../intake/parse-json.ts';
import { shapeEvent } from '../intake/to-event.ts';
import type { RecordedEvent } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { LiveSnapshot, Registry } from '../registry/registry.ts';
import { toRefusedView } from './accept.ts';
import { findRecorded } from './find-recorded.ts';
import { checkQuery, type Query, readText } from './query.ts';
import { readObject } from './read-object.ts';

/** What explaining over HTTP works with. */
export interface ExplainRouterParts {
  readonly registry: Registry;
  readonly journal: Journal;
  readonly explain: Explain;
  readonly clock: Clock;
}

/** An event that is asked about, and what is recorded of it. */
interface Asked {
  readonly event: HookEvent;
  readonly recorded: RecordedEvent | null;
}

/** GET and POST /explain. */
export function createExplainRouter(parts: ExplainRouterParts): Router {
  const { registry, explain } = parts;
  const router = Router();
  const answer = async (req: Request, asked: Asked): Promise<object> => {
    const snapshot = registry.current();
    if (snapshot === null)
      throw new HooklineError('unavailable', 'No definitions are live yet: see /status for what is wrong');
    return explain({ ...asked, snapshot, isServed: true, hook: findHook(snapshot, req.query) });
  };
  router.get('/explain', async (req, res) => {
    checkQuery(req.query, ['id', 'source', 'event', 'data', 'hook']);
    res.json(await answer(req, await readAsked(req.query, parts)));
  });
  router.post('/explain', async (req, res) => {
    checkQuery(req.query, ['hook']);
    res.json(await answer(req, toAsked(readObject(req, 'the event'), parts)));
  });
  return router;
}

async function readAsked(query: Query, parts: ExplainRouterParts): Promise<Asked> {
  const [id, source, event, data] = ['id', 'source', 'event', 'data'].map((name) => readText(query, name));
  if (id != null) {
    if (event != null || data != null)
      throw new HooklineError(
        'bad_request',
        'Give the "id" of an event that came in, or an "event" with its "data"',
      );
    const recorded = await findRecorded(parts.journal, { id, source: source ?? null });
    return { event: recorded.event, recorded };
  }
  if (source == null || event == null)
    throw new HooklineError(
      'bad_request',
      'Give the "id" of an event that came in, or the "source" and "event" of one that could, with its "data"',
    );
  return toAsked({ source, event, data: readData(data ?? '{}') }, parts);
}

function readData(text: string): Json {
  const parsed = parseJson(Buffer.from(text));
  if (parsed.kind === 'parsed') return parsed.value;
  throw new HooklineError('bad_request', `"data" must be JSON: ${parsed.message}`);
}

function toAsked(sent: Json, { clock }: ExplainRouterParts): Asked {
  const shaped = shapeEvent(sent, { now: clock.now(), defaultId: null, attributes: null });
  if (shaped.kind === 'event') return { event: shaped.event, recorded: null };
  const { message, ...detail } = toRefusedView(shaped);
  throw new HooklineError('unprocessable', message, { detail });
}

function findHook({ index }: LiveSnapshot, query: Query): LiveHook | null {
  const name = readText(query, 'hook');
  if (name === null) return null;
  const hook = index.byId.get(name) ?? index.byName.get(name);
  if (hook === undefined) throw new HooklineError('not_found', `No hook "${name}" is live`);
  return hook;
}
