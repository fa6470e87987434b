import type { EventHook } from '../definitions/definition.ts';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import { isSensitiveName } from '../secrets/mask.ts';
import { isReference, parseReference } from '../secrets/reference.ts';
import type { Finding, Path } from './place.ts';

/** Checks that every reference of a hook can be read as one, and warns of secrets that stand in the file in clear. */
export function checkReferences({ config }: EventHook): readonly Finding[] {
  return [...strings(config, ['config'])].flatMap(([text, path]) =>
    isReference(text) ? checkReference(text, path) : checkPlain(text, path),
  );
}

function checkReference(text: string, path: Path): readonly Finding[] {
  try {
    parseReference(text);
    return [];
  } catch (error) {
    const hint = 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value';
    return [{ code: 'reference_invalid', severity: 'error', path, message: toMessage(error), hint }];
  }
}

function checkPlain(text: string, path: Path): readonly Finding[] {
  const [, field, name] = path;
  const isSecret =
    field === 'secret' || (field === 'headers' && typeof name === 'string' && isSensitiveName(name));
  if (!isSecret || text === '') return [];
  const message = `"${path.slice(1).join('.')}" holds a secret in clear: anyone who can read the file can use it`;
  const hint = 'Put a reference in its place, such as "{vault://env/MY_SECRET}"';
  return [{ code: 'plain_secret', severity: 'warning', path, message, hint }];
}

/** Every string in a value, with its path. Functions of a lambda are strings too; none of the checks applies to them. */
function* strings(value: unknown, path: Path): Generator<[string, Path]> {
  if (typeof value === 'string') yield [value, path];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value as Record<string, Json>)) {
      yield* strings(item, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
