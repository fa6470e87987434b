import { Router } from 'express';
import { stringify } from 'yaml';
import { loadFile } from '../definitions/load-file.ts';
import { isJsonObject, type JsonObject } from '../event.ts';
import { parseJson } from '../intake/parse-json.ts';
import type { Registry } from '../registry/registry.ts';

/** Keys the reference's entities have that no definition has. */
const NOT_DECLARED = new Set(['created_at', 'updated_at', 'origin']);

/** POST, PUT, PATCH and DELETE on hooks: 405 with what to commit instead. */
export function createReadOnlyRouter(registry: Registry): Router {
  const router = Router();
  router.post('/event-hooks', (req, res) => {
    res
      .status(405)
      .set('allow', 'GET')
      .json({ message: 'Hooks change by commit: add this file', ...toSuggestion(req.body) });
  });
  router.all(['/event-hooks', '/event-hooks/*name'], (req, res) => {
    const { name = [] } = req.params as { name?: string[] };
    const file = registry.find(name.join('/'))?.origin.file;
    const where = file === undefined ? 'in the directory of definitions' : `"${file}"`;
    const action = req.method === 'DELETE' ? `remove ${where}` : `edit ${where}`;
    const suggestion =
      req.method === 'DELETE' || file === undefined ? {} : { yaml: toYaml(toObject(req.body)) };
    res
      .status(405)
      .set('allow', 'GET')
      .json({ message: `Hooks change by commit: ${action}`, ...suggestion });
  });
  return router;
}

/** The file to commit for a posted hook, or everything that is wrong with it. */
function toSuggestion(body: unknown): JsonObject {
  const hook = toObject(body);
  const name = typeof hook.name === 'string' ? hook.name : toFileName(hook);
  const yaml = toYaml(hook);
  const { problems } = loadFile({ file: `${name}.yaml`, bytes: Buffer.from(yaml), source: 'request' });
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return { file: `${name}.yaml`, yaml };
  return { problems: errors.map(({ code, path, message, hint }) => ({ code, path, message, hint })) };
}

function toFileName({ source, event }: JsonObject): string {
  const name = [source, event].filter((part) => typeof part === 'string').join('-');
  return name.replaceAll(/[^A-Za-z0-9._-]/g, '-') || 'hook';
}

function toYaml(hook: JsonObject): string {
  return stringify(
    Object.fromEntries(
      Object.entries(hook).filter(([key, value]) => !NOT_DECLARED.has(key) && value !== null),
    ),
  );
}

function toObject(body: unknown): JsonObject {
  const parsed = Buffer.isBuffer(body) && body.length > 0 ? parseJson(body) : null;
  return parsed?.kind === 'parsed' && isJsonObject(parsed.value) ? parsed.value : {};
}
