import type { RequestHandler } from 'express';
import { HooklineError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Scope } from '../token-settings.ts';
import type { DescribedOperation, DescribedPath } from './described-paths.ts';
import type { Caller, Identify } from './tokens.ts';

/** What access is decided with. */
export interface AccessParts {
  /** Null: nobody is asked. */
  readonly identify: Identify | null;
  readonly logger: Logger;
}

type Asked = Parameters<Identify>[0];

/** Who calls, as far as anybody is asked. Throws `unauthorized`, `unavailable`, and `forbidden` without the scope. */
export function authorize(identify: Identify | null, req: Asked, scope: Scope): Caller | null {
  const caller = identify?.(req) ?? null;
  if (caller === null || caller.scopes.has(scope)) return caller;
  throw new HooklineError(
    'forbidden',
    `Token "${caller.name}" lacks the scope "${scope}": it has ${[...caller.scopes].join(' and ')}`,
    {
      headers: {
        'www-authenticate': `Bearer realm="hookline", error="insufficient_scope", scope="${scope}"`,
      },
    },
  );
}

/** Whether a request may be shown what only readers may see. */
export function isReader(identify: Identify | null, req: Asked): boolean {
  try {
    authorize(identify, req, 'read');
    return true;
  } catch (error) {
    if (error instanceof HooklineError) return false;
    throw error;
  }
}

/**
 * Asks for a token with the scope that the description has for an operation. It comes before all else, so that nothing
 * of a request is read, and nothing is said, before it is known who calls. What is not described is not served.
 */
export function createAccessCheck(
  paths: readonly DescribedPath[],
  { identify, logger }: AccessParts,
): RequestHandler {
  return (req, _res, next) => {
    if (identify === null) return next();
    const here = paths.filter(({ pattern }) => pattern.test(req.path));
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const operations = here.flatMap((path) => path.operations.get(method) ?? []);
    const scope = toScope(operations);
    if (operations.length === 0) identify(req);
    const caller = scope === null ? null : authorize(identify, req, scope);
    if (here.length === 0) throw new HooklineError('not_found', 'Not found');
    if (scope === 'operate') logger.info({ token: caller?.name, method, path: req.path }, 'operated');
    next();
  };
}

/** A path may be read as that of a hook or as what is to be done with it: then it needs what the latter does. */
function toScope(operations: readonly DescribedOperation[]): Scope | null {
  const scopes = operations.flatMap(({ scope }) => scope ?? []);
  return scopes.includes('operate') ? 'operate' : (scopes[0] ?? null);
}
