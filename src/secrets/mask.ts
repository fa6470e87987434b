import type { JsonObject } from '../event.ts';
import { mapTexts } from '../map-texts.ts';
import { decodePercent } from '../percent.ts';
import { isReference } from './reference.ts';
import { findShapedSecrets, replaceShapedSecrets } from './secret-shapes.ts';
import { isSensitiveName } from './sensitive-name.ts';

/** What stands in the place of a secret that is written in a definition. */
export const MASK = '******';

/** Keys and indexes from the root of a config. */
export type Path = readonly (string | number)[];

/** A secret that is written in a definition in clear. */
export interface PlainSecret {
  readonly path: Path;
  readonly value: string;
  /** What it looks like, in a few words; null: the name of its place tells. */
  readonly what: string | null;
}

/**
 * A handler's config as it may be shown: a secret in clear is masked, as are headers and payload fields whose name, or
 * that of what they are in, says that they hold one, the password of a URL and what such a name has in its query, and
 * what looks like a secret wherever it stands. References are shown: they are names. The config is not changed.
 */
export function maskConfig(config: object): JsonObject {
  return replacePlainSecrets(config, () => MASK);
}

/**
 * The same config with something else in the place of every secret in clear: what `replace` answers for its path, at the end
 * of which stands what the secret is called where it is one part of a URL.
 */
export function replacePlainSecrets(config: object, replace: Replace): JsonObject {
  return mapTexts(config as JsonObject, [], (text, path) => {
    const named = findNamed(text, path);
    const toPlain = (value: string): string => (named.includes(value) ? value : replace(path));
    const plain = hasShape(text, path) ? replaceShapedSecrets(text, toShapeOptions(path), toPlain) : text;
    return replaceNamed(plain, path, { named, replace });
  }) as JsonObject;
}

/** What of data may be shown: the same, but that nothing is masked that only looks like a secret. */
export function maskByName(data: object): JsonObject {
  return mapTexts(data as JsonObject, [], (text, path) =>
    replaceNamed(text, path, { named: findNamed(text, path), replace: () => MASK }),
  ) as JsonObject;
}

/** What stands in the place of the secret of a path. */
type Replace = (path: Path) => string;

function replaceNamed(
  text: string,
  path: Path,
  { named: [first], replace }: { readonly named: readonly string[]; readonly replace: Replace },
): string {
  if (first === undefined) return text;
  return first === text ? replace(path) : replaceInUrl(text, (name) => replace([...path, name]));
}

/** Every secret that is written in a config in clear, with its place: what `maskConfig` hides. */
export function locatePlainSecrets(config: object): readonly PlainSecret[] {
  const found: PlainSecret[] = [];
  mapTexts(config as JsonObject, [], (text, path) => {
    const named = findNamed(text, path).map((value) => ({ path, value, what: null }));
    const shaped = hasShape(text, path) ? findShapedSecrets(text, toShapeOptions(path)) : [];
    const others = shaped.filter(({ value }) => !named.some((one) => one.value === value));
    found.push(...named, ...others.map(({ value, what }) => ({ path, value, what })));
    return text;
  });
  return found;
}

/** Every secret that is written in a config in clear. */
export function findPlainSecrets(config: object): readonly string[] {
  return locatePlainSecrets(config).map(({ value }) => value);
}

/** A value that is nothing but a template, after the name of a scheme at most, takes what it shows from the event. */
const TEMPLATE_ONLY = /^\s*(?:(?:bearer|basic|token|apikey)\s+)?\{\{[^{}]*\}\}\s*$/i;
/** `signature` beside a secret names an algorithm. */
const ALGORITHM = /^sha(?:1|256)$/;

/** `url`, `admin_url`. */
const URL_NAME = /(?:^|_)url$/;

/** Whether a part of a text may look like a secret: not where all of it is one. */
function hasShape(text: string, path: Path): boolean {
  return !isReference(text) && !isSecretPlace(path);
}

function toShapeOptions(path: Path): { readonly isUrl: boolean } {
  return { isUrl: isUrlPlace(path) };
}

/** What of a text is secret by the name of its place: all of it, parts of a URL, or nothing. */
function findNamed(text: string, path: Path): readonly string[] {
  if (text === '' || isReference(text) || TEMPLATE_ONLY.test(text)) return [];
  const [first, second] = path;
  if (first === 'signature' && second === undefined && ALGORITHM.test(text)) return [];
  if (isSecretPlace(path)) return [text];
  return isUrlPlace(path) && URL.canParse(text) ? findInUrl(new URL(text)) : [];
}

/** Keys below `auth` and `tls` of a config that hold a secret. The others there say who asks, and whom. */
const SECRETS_OF: ReadonlyMap<Path[number], ReadonlySet<Path[number]>> = new Map([
  ['auth', new Set(['bearer', 'password', 'client_secret'])],
  ['tls', new Set(['key'])],
]);

function isSecretPlace(path: Path): boolean {
  const secrets = SECRETS_OF.get(path[0] ?? '');
  if (secrets !== undefined) return secrets.has(path.at(-1) ?? '');
  return path.some((key) => typeof key === 'string' && isSensitiveName(key));
}

function isUrlPlace(path: Path): boolean {
  const last = String(path.at(-1));
  return URL_NAME.test(last) || (path.length === 1 && last === 'proxy');
}

function findInUrl(url: URL): readonly string[] {
  const values = sensitiveParameters(url).flatMap((name) => url.searchParams.getAll(name));
  return [decodePercent(url.password), ...values].filter((value) => value !== '');
}

function sensitiveParameters({ searchParams }: URL): readonly string[] {
  return [...new Set(searchParams.keys())].filter(isSensitiveName);
}

function replaceInUrl(text: string, replace: (name: string) => string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = replace('password');
  for (const name of sensitiveParameters(url)) url.searchParams.set(name, replace(name));
  return url.href;
}
