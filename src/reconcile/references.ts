import type { EventHook } from '../definitions/definition.ts';
import type { EventSource } from '../definitions/event-source.ts';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import type { Finding, Path } from '../lint/finding.ts';
import { locatePlainSecrets } from '../secrets/mask.ts';
import { isReference, parseReference, type Reference } from '../secrets/reference.ts';
import { describeResource, type IsReserved } from '../secrets/reserved.ts';

/** A reference with its place in a definition. */
export interface PlacedReference {
  readonly reference: Reference;
  readonly path: Path;
}

/**
 * Checks that every reference of a hook can be read as one and stands where it is resolved, and warns of secrets that
 * stand in the file in clear.
 */
export function checkReferences({ handler, config }: EventHook): readonly Finding[] {
  if (handler === 'lambda') return [];
  const texts = [...strings(config, ['config'])];
  const references = texts.flatMap(([text, path]) => checkText(text, path));
  const secrets = locatePlainSecrets(config).filter(({ value }) => !value.includes(REFERENCE_START));
  return [...references, ...secrets.map(({ path }) => plainSecret(['config', ...path]))];
}

/** The references of a hook that will be resolved. */
export function locateReferences({ handler, config }: EventHook): readonly PlacedReference[] {
  if (handler === 'lambda') return [];
  return [...strings(config, ['config'])]
    .filter(([text, path]) => !isInBody(path) && isReference(text) && checkText(text, path).length === 0)
    .map(([text, path]) => ({ reference: parseReference(text), path }));
}

/** What there is to say of the secrets of a source, and the references it resolves. */
export function checkSource({ inlet, kong, nats }: EventSource): {
  readonly findings: readonly Finding[];
  readonly references: readonly PlacedReference[];
} {
  const secretive = {
    inlet: inlet && { secret: inlet.secret },
    kong: kong && { admin_url: kong.admin_url, token: kong.token, headers: kong.headers },
  };
  // The schema has the secrets of NATS be references.
  const others = { nats: nats && { auth: nats.auth, tls: nats.tls } };
  const texts = [...strings(secretive, []), ...strings(others, [])];
  const secrets = locatePlainSecrets(secretive).filter(({ value }) => !value.includes(REFERENCE_START));
  return {
    findings: [
      ...texts.flatMap(([text, path]) => checkText(text, path)),
      ...secrets.map(({ path }) => plainSecret(path)),
    ],
    references: texts
      .filter(([text, path]) => isReference(text) && checkText(text, path).length === 0)
      .map(([text, path]) => ({ reference: parseReference(text), path })),
  };
}

/** Finds references to what settings refer to. What a file of settings is may change with a link, so it is asked at every load. */
export function findReserved(
  references: readonly PlacedReference[],
  isReserved: IsReserved,
): readonly Finding[] {
  return references
    .filter(({ reference }) => isReserved(reference))
    .map(({ reference, path }) => ({
      code: 'reference_reserved',
      path,
      message: `Hooks may not refer to ${describeResource(reference)}: the settings do, so it is theirs alone`,
      hint: 'Put what hooks need into another variable or file, and refer to that',
    }));
}

const REFERENCE_START = '{vault://';
const HINT = 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value';

function isInBody(path: Path): boolean {
  return path[1] === 'body';
}

function checkText(text: string, path: Path): readonly Finding[] {
  if (!text.includes(REFERENCE_START)) return [];
  if (isInBody(path)) return [unresolved(path, 'stands in a body')];
  if (!isReference(text)) return [unresolved(path, 'is not the whole value')];
  try {
    parseReference(text);
    return [];
  } catch (error) {
    return [{ code: 'reference_invalid', path, message: toMessage(error), hint: HINT }];
  }
}

function unresolved(path: Path, why: string): Finding {
  const message = `The reference ${why}: it is not resolved but sent as it is written`;
  return { code: 'reference_unresolved', path, message, hint: HINT };
}

function plainSecret(path: Path): Finding {
  const message = `"${path.join('.')}" holds a secret in clear: anyone who can read the file can use it`;
  const hint = 'Put a reference in its place, such as "{vault://env/MY_SECRET}"';
  return { code: 'plain_secret', path, message, hint };
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
