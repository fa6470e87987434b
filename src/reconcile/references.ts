import type { EventHook } from '../definitions/definition.ts';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { locatePlainSecrets } from '../secrets/mask.ts';
import { isReference, parseReference } from '../secrets/reference.ts';
import type { Finding, Path } from './place.ts';

/**
 * Checks that every reference of a hook can be read as one and stands where it is resolved, and warns of secrets that
 * stand in the file in clear.
 */
export function checkReferences({ handler, config }: EventHook): readonly Finding[] {
  if (handler === 'lambda') return [];
  const texts = [...strings(config, ['config'])];
  const references = texts.flatMap(([text, path]) => checkText(text, path));
  const secrets = locatePlainSecrets(config).filter(({ value }) => !value.includes(REFERENCE_START));
  return [...references, ...secrets.map(({ path }) => plainSecret(path))];
}

const REFERENCE_START = '{vault://';
const HINT = 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value';

function checkText(text: string, path: Path): readonly Finding[] {
  if (!text.includes(REFERENCE_START)) return [];
  if (path[1] === 'body') return [unresolved(path, 'stands in a body')];
  if (!isReference(text)) return [unresolved(path, 'is not the whole value')];
  try {
    parseReference(text);
    return [];
  } catch (error) {
    return [{ code: 'reference_invalid', severity: 'error', path, message: toMessage(error), hint: HINT }];
  }
}

function unresolved(path: Path, why: string): Finding {
  const message = `The reference ${why}: it is not resolved but sent as it is written`;
  return { code: 'reference_invalid', severity: 'warning', path, message, hint: HINT };
}

function plainSecret(path: Path): Finding {
  const message = `"${path.join('.')}" holds a secret in clear: anyone who can read the file can use it`;
  const hint = 'Put a reference in its place, such as "{vault://env/MY_SECRET}"';
  return { code: 'plain_secret', severity: 'warning', path: ['config', ...path], message, hint };
}

/** Every string in a value, with its path. */
function* strings(value: unknown, path: Path): Generator<[string, Path]> {
  if (typeof value === 'string') yield [value, path];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value as Record<string, Json>)) {
      yield* strings(item, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
