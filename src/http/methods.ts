import type { RequestHandler } from 'express';
import { HooklineError } from '../errors.ts';
import type { Description } from './openapi.ts';

/** A path of the description and the methods it has there. */
interface Path {
  readonly pattern: RegExp;
  /** In capitals. */
  readonly methods: ReadonlySet<string>;
  /** Those that can succeed; the others are there to say what to do instead. */
  readonly allowed: readonly string[];
}

/**
 * Answers OPTIONS, and methods a path does not have, as the API's own description has it. A path that is not described
 * is left to whoever comes next.
 */
export function createMethodCheck({ paths }: Description): RequestHandler {
  const known = Object.entries(paths).map(([path, item]) => toPath(path, item));
  return ({ method, path }, res, next) => {
    const here = known.filter(({ pattern }) => pattern.test(path));
    const asked = method === 'HEAD' ? 'GET' : method;
    if (here.length === 0 || here.some(({ methods }) => methods.has(asked))) return next();
    const allow = [...new Set(here.flatMap(({ allowed }) => allowed))].sort();
    res.set('allow', allow.join(', '));
    if (method === 'OPTIONS') return res.status(204).end();
    throw new HooklineError('method_not_allowed', `Cannot ${method} ${path}: use ${allow.join(' or ')}`);
  };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function toPath(path: string, item: Readonly<Record<string, unknown>>): Path {
  const operations = METHODS.flatMap((method) => {
    const operation = item[method] as { readonly responses: object } | undefined;
    return operation === undefined ? [] : [{ method: method.toUpperCase(), operation }];
  });
  const succeeding = operations.filter(({ operation }) =>
    Object.keys(operation.responses).some((status) => status.startsWith('2')),
  );
  return {
    pattern: toPattern(path),
    methods: new Set(operations.map(({ method }) => method)),
    allowed: succeeding.map(({ method }) => method),
  };
}

/** The name of a hook may have slashes; no other parameter has. */
function toPattern(path: string): RegExp {
  const escaped = path.replaceAll(/[.]/g, '\\.');
  return new RegExp(`^${escaped.replaceAll('{hook}', '.+').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);
}
