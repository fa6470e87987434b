import { closest, distance } from 'fastest-levenshtein';

/** A secret that cannot be had. The message never holds its value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

/** A reference `{vault://env/NAME}` or `{vault://file/PATH}`, taken apart. */
export interface Reference {
  readonly vault: 'env' | 'file';
  /** Path parts joined by `/`: the variable's name before folding, or the path of the file. */
  readonly resource: string;
  /** Key of the JSON object the resource holds; null: the whole resource. */
  readonly key: string | null;
  /** Prefix of a variable's name (`?prefix=`). */
  readonly prefix: string;
  /** `#2` asks for the value before the present one: the variable `NAME_PREVIOUS`. */
  readonly previous: boolean;
}

/** What a reference begins with. */
export const REFERENCE_START = '{vault://';
const END = '}';
const VAULTS = ['env', 'file'];
const PREFIX = /^[A-Za-z_-][A-Za-z0-9_-]*$/;

/** Whether a string is a reference: the whole of it, or it is a plain string. */
export function isReference(text: string): boolean {
  return text.startsWith(REFERENCE_START) && text.endsWith(END);
}

const NEARLY =
  /^\$?\{{1,2} ?(?<scheme>[a-z]+)(?::\/{0,3}|\/{1,3})(?<vault>[a-z]+)\/(?<path>[^{}\s]+) ?\}{0,2}$/i;
/** A longer text is none. */
const MAX_LENGTH = 1_000;
/** Letters of `vault`, `env` or `file` that may be wrong. */
const MAX_WRONG = 2;

/** The reference a text was probably meant to be: `{vault:/env/A}`, `{{vault://env/A}}`; null when it is one, or like none. */
export function toMeantReference(text: string): string | null {
  if (text.length > MAX_LENGTH) return null;
  const { scheme = '', vault = '', path = '' } = NEARLY.exec(text.trim())?.groups ?? {};
  if (distance(scheme.toLowerCase(), 'vault') > MAX_WRONG) return null;
  const near = closest(vault.toLowerCase(), VAULTS);
  if (distance(vault.toLowerCase(), near) > MAX_WRONG) return null;
  const meant = `${REFERENCE_START}${near}/${path}${END}`;
  return meant === text ? null : meant;
}

/** A brace within would be of a second reference, or of a template: a reference is the whole of a string. */
const BRACES = /[{}]/;

/** Takes a reference apart by Kong's rules. Throws SecretError with Kong's texts. */
export function parseReference(text: string): Reference {
  if (!isReference(text) || BRACES.test(text.slice(1, -1)))
    throw new SecretError(`not a reference [${text}]`);
  const url = parseUrl(text);
  const { resource, key } = parsePath(url, text);
  const prefix = url.searchParams.get('prefix') ?? '';
  if (prefix !== '' && !PREFIX.test(prefix))
    throw new SecretError(`reference url has invalid prefix [${text}]`);
  return { vault: parseVault(url), resource, key, prefix, previous: parseVersion(url, text) };
}

function parseUrl(text: string): URL {
  const address = text.slice(1, -1);
  if (!URL.canParse(address)) throw new SecretError(`not a reference [${text}]`);
  return new URL(address);
}

function parseVault({ host }: URL): Reference['vault'] {
  if (host !== 'env' && host !== 'file') throw new SecretError(`could not find vault (${host})`);
  return host;
}

/** One part is the resource. Of several the last is the JSON key, unless a slash ends the path. */
function parsePath({ pathname }: URL, text: string): Pick<Reference, 'resource' | 'key'> {
  if (pathname === '') throw new SecretError(`reference url is missing path [${text}]`);
  if (pathname === '/') throw new SecretError(`reference url has empty path [${text}]`);
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decode(part, text));
  const last = parts.at(-1);
  if (last === undefined) throw new SecretError(`reference url has invalid path [${text}]`);
  if (parts.length === 1 || pathname.endsWith('/')) return { resource: parts.join('/'), key: null };
  return { resource: parts.slice(0, -1).join('/'), key: last };
}

function decode(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new SecretError(`reference url has invalid path [${text}]`, { cause });
  }
}

function parseVersion({ hash }: URL, text: string): boolean {
  if (hash === '' || hash === '#1') return false;
  if (hash === '#2') return true;
  throw new SecretError(`reference url has invalid version [${text}]`);
}
