import type { EventHook } from '../definitions/definition.ts';
import type { EventSource } from '../definitions/event-source.ts';
import { toDotted } from '../definitions/schema-messages.ts';
import { toMessage } from '../errors.ts';
import type { Json } from '../event.ts';
import type { Finding, Path } from '../lint/finding.ts';
import { locatePlainSecrets } from '../secrets/mask.ts';
import {
  isReference,
  parseReference,
  REFERENCE_START,
  type Reference,
  toMeantReference,
} from '../secrets/reference.ts';
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
  const texts = handler === 'lambda' ? [] : [...strings(config, ['config'])];
  return [...texts.flatMap(([text, path]) => checkText(text, path)), ...checkSecrets({ config })];
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
  return {
    findings: [...texts.flatMap(([text, path]) => checkText(text, path)), ...checkSecrets(secretive)],
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

const HINT = 'A reference is {vault://env/NAME} or {vault://file/PATH}, and the whole value';

function isInBody(path: Path): boolean {
  return path[1] === 'body';
}

/** What is wrong with it is said as of a reference, and that is enough. */
function isMeantAsReference(text: string): boolean {
  return text.includes(REFERENCE_START) || toMeantReference(text) !== null;
}

function checkText(text: string, path: Path): readonly Finding[] {
  if (isInBody(path))
    return text.includes(REFERENCE_START) ? [unresolved(path, { why: 'stands in a body', hint: HINT })] : [];
  const meant = toMeantReference(text);
  if (!isReference(text)) {
    if (meant !== null) return [invalid(path, { message: 'This is no reference, though nearly one', meant })];
    return text.includes(REFERENCE_START) ? [unresolved(path, toPart(text, path))] : [];
  }
  try {
    parseReference(text);
    return [];
  } catch (error) {
    return [invalid(path, { message: toMessage(error), meant })];
  }
}

function invalid(
  path: Path,
  { message, meant }: { readonly message: string; readonly meant: string | null },
): Finding {
  const hint = meant === null ? HINT : `Did you mean "${meant}"?`;
  return { code: 'reference_invalid', path, message, hint };
}

/** Why a reference is not resolved, and what to do. */
interface Unresolved {
  readonly why: string;
  readonly hint: string;
}

const BEARER = /^bearer +(?<reference>\{vault:[^{}]*\})$/i;

/** What of a reference that has something beside it. */
function toPart(text: string, path: Path): Unresolved {
  const why = 'is not the whole value';
  const { reference } = BEARER.exec(text)?.groups ?? {};
  if (reference === undefined || String(path.at(-1)).toLowerCase() !== 'authorization')
    return { why, hint: HINT };
  return { why, hint: `Write auth: { bearer: "${reference}" }, or put all of the value into what it names` };
}

function unresolved(path: Path, { why, hint }: Unresolved): Finding {
  const message = `The reference ${why}: it is not resolved but sent as it is written`;
  return { code: 'reference_unresolved', path, message, hint };
}

/** As a shell has them; one without braces may be a password as well. */
const VARIABLE = /^\$\{(?<variable>[A-Z][A-Z0-9_]*)\}$/;

/** One warning for each place, however many secrets are in it. The secret itself is not said. */
function checkSecrets(part: Readonly<Record<string, object | null>>): readonly Finding[] {
  const warned = new Set<string>();
  return Object.entries(part).flatMap(([key, value]) =>
    locatePlainSecrets(value ?? {}).flatMap((secret) => {
      const finding = plainSecret([key, ...secret.path], secret);
      const place = finding.path.join('.');
      if (isMeantAsReference(secret.value) || warned.has(place)) return [];
      warned.add(place);
      return [finding];
    }),
  );
}

/** A secret in clear: what stands there, and what it looks like; null where its place tells. */
interface PlainSecret {
  readonly value: string;
  readonly what: string | null;
}

function plainSecret(path: Path, { value, what }: PlainSecret): Finding {
  const holds = what === null ? 'a secret' : `what looks like ${what},`;
  const message = `"${toDotted(path)}" holds ${holds} in clear: anyone who can read the file can use it`;
  return { code: 'plain_secret', path, message, hint: toSecretHint(path, value) };
}

function toSecretHint([, part]: Path, value: string): string {
  if (part === 'functions') return 'Take it out: a function sends nothing; webhooks do, and take references';
  if (part === 'body')
    return 'Send it in a header, or as a payload: references are resolved there, and not in a body';
  const { variable = 'MY_SECRET' } = VARIABLE.exec(value)?.groups ?? {};
  return `Put a reference in its place, such as "{vault://env/${variable}}"`;
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
