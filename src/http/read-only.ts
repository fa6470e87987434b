import { type Request, type Response, Router } from 'express';
import type { EventHook } from '../definitions/definition.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { parseJson } from '../intake/parse-json.ts';
import { mergePatch } from '../merge-patch.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Registry } from '../registry/registry.ts';
import { maskConfig } from '../secrets/mask.ts';
import { toDeclaration, withoutNulls } from './declaration.ts';
import { toName } from './event-hooks.ts';
import { toSuggestion } from './suggestion.ts';

/** Keys the API's entities have that no definition has. */
const NOT_DECLARED = ['created_at', 'updated_at', 'origin'];
const BY_COMMIT = 'Hooks change by commit';

/** POST, PUT, PATCH and DELETE on hooks: 405 with what to commit instead. */
export function createReadOnlyRouter(registry: Registry): Router {
  const router = Router();
  router.post('/event-hooks', (req, res) => refuse(res, suggestFile(registry, req)));
  router.all('/event-hooks/*name', (req, res) => {
    const name = toName(req.params.name);
    const hook = registry.find(name);
    if (hook === null) refuse(res, { message: `${BY_COMMIT}, and there is no hook "${name}"` });
    else refuse(res, suggestChange(registry, req, hook));
  });
  return router;
}

function refuse(res: Response, body: JsonObject): void {
  res.status(405).set('allow', 'GET').json(body);
}

/** The file to add for a posted hook: named as the hook, which then need not say its name. */
function suggestFile(registry: Registry, req: Request): JsonObject {
  const body = readHook(req);
  if (typeof body === 'string') return { message: `${BY_COMMIT}: add a file to the definitions. ${body}` };
  const { name = findFreeName(registry, body), ...unnamed } = withoutNulls(body);
  const isNamed = typeof name === 'string';
  const file = `${isNamed ? name : 'hook'}.yaml`;
  const message = `${BY_COMMIT}: add the file "${file}"`;
  return toSuggestion(registry, { message, file, line: null, declaration: isNamed ? unnamed : body });
}

function findFreeName(registry: Registry, { source, event }: JsonObject): string {
  const words = [source, event].filter((part) => typeof part === 'string' && part !== '');
  const name = words.join('-').replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'hook';
  let free = name;
  for (let number = 2; registry.find(free) !== null; number += 1) free = `${name}-${number}`;
  return free;
}

/** What to do to the file of a live hook. */
function suggestChange(registry: Registry, req: Request, hook: LiveHook): JsonObject {
  const { file, line } = hook.origin;
  const at = `the hook at "${file}", line ${line}`;
  if (req.method === 'DELETE') return { message: `${BY_COMMIT}: remove ${at}`, file, line };
  const message = `${BY_COMMIT}: change ${at}`;
  const body = readHook(req);
  if (typeof body === 'string') return { message: `${message}. ${body}`, file, line };
  const { name = null, id, ...rest } = toShown(hook);
  const identity = id === undefined ? { name } : { name, id };
  const declaration =
    req.method === 'PATCH'
      ? mergePatch({ ...identity, ...rest }, body)
      : { ...identity, ...withoutNulls(body) };
  return toSuggestion(registry, { message, file, line, declaration });
}

/** A live hook as it is declared: references stay references, secrets in clear are masked. */
function toShown({ definition }: LiveHook): JsonObject {
  return toDeclaration({ ...definition, config: maskConfig(definition.config) } as EventHook);
}

/** The hook that was sent, or a sentence that says why there is none. */
function readHook({ body }: Request): JsonObject | string {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0) return 'Send the hook as JSON to see it as YAML';
  const parsed = parseJson(bytes);
  if (parsed.kind === 'invalid') return parsed.message;
  if (!isJsonObject(parsed.value)) return 'The body must be a JSON object';
  const { kind = 'EventHook' } = parsed.value;
  if (kind !== 'EventHook') return `The body must be an EventHook: got ${JSON.stringify(kind)}`;
  return Object.fromEntries(Object.entries(parsed.value).filter(([key]) => !NOT_DECLARED.includes(key)));
}
