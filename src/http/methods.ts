import type { RequestHandler } from 'express';
import { HooklineError } from '../errors.ts';
import type { DescribedPath } from './described-paths.ts';

/**
 * Answers OPTIONS, and methods a path does not have, as the API's own description has it. A path that is not described
 * is left to whoever comes next.
 */
export function createMethodCheck(paths: readonly DescribedPath[]): RequestHandler {
  return ({ method, path }, res, next) => {
    const here = paths
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ operations }) => [...operations]);
    const asked = method === 'HEAD' ? 'GET' : method;
    const isKnown = method !== 'OPTIONS' && here.some(([one]) => one === asked);
    if (here.length === 0 || isKnown) return next();
    const allowed = here.filter(([one, { succeeds }]) => succeeds && one !== 'OPTIONS').map(([one]) => one);
    const allow = [...new Set(allowed)].sort();
    res.set('allow', allow.join(', '));
    if (method === 'OPTIONS') return res.status(204).end();
    throw new HooklineError('method_not_allowed', `Cannot ${method} ${path}: use ${allow.join(' or ')}`);
  };
}
