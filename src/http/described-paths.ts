import type { Scope } from '../token-settings.ts';
import type { Description } from './openapi.ts';

/** A path of the description of the API. */
export interface DescribedPath {
  readonly pattern: RegExp;
  /** By method in capitals. */
  readonly operations: ReadonlyMap<string, DescribedOperation>;
}

/** One method of one path. */
export interface DescribedOperation {
  /** What a token needs for it; null: it asks for none. */
  readonly scope: Scope | null;
  /** Whether it can succeed: the others are there to say what to do instead. */
  readonly succeeds: boolean;
}

/** An operation as the description has it. */
interface OperationObject {
  readonly security?: readonly { readonly token?: readonly Scope[] }[];
  readonly responses: object;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'options'];

/** The paths of the description. Throws for an operation that does not say who may use it: nobody is to forget it. */
export function readPaths({ paths }: Description): readonly DescribedPath[] {
  return Object.entries(paths).map(([path, item]) => ({
    pattern: toPattern(path),
    operations: new Map(
      METHODS.flatMap((method) => {
        const operation = item[method] as OperationObject | undefined;
        if (operation === undefined) return [];
        return [[method.toUpperCase(), toOperation(operation, `${method} ${path}`)] as const];
      }),
    ),
  }));
}

function toOperation({ security, responses }: OperationObject, name: string): DescribedOperation {
  const scopes = security?.flatMap(({ token = [] }) => token);
  if (security === undefined || scopes?.length !== security.length)
    throw new Error(
      `The description of "${name}" must name one scope of a token, or have an empty "security"`,
    );
  return {
    scope: scopes[0] ?? null,
    succeeds: Object.keys(responses).some((status) => status.startsWith('2')),
  };
}

/** As the router has it, in any case. The name of a hook may have slashes; no other parameter has. */
function toPattern(path: string): RegExp {
  const escaped = path.replaceAll(/[.]/g, '\\.');
  return new RegExp(`^${escaped.replaceAll('{hook}', '.+').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'is');
}
