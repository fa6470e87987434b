import type { JsonObject } from '../event.ts';
import { isReference } from './reference.ts';

/** What stands in the place of a secret that is written in a definition. */
export const MASK = '******';

const SENSITIVE_NAME =
  /authorization|cookie|token|secret|password|passwd|credential|api[-_]?key|access[-_]?key|private[-_]?key|signature/i;

/** Whether a header or field of this name usually holds a secret. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE_NAME.test(name);
}

/**
 * A handler's config as it may be shown: a secret in clear is masked, as are headers and payload fields whose name
 * says that they hold one, and the password of a URL. References are shown: they are names. The config is not changed.
 */
export function maskConfig(config: object): JsonObject {
  return maskObject(config as JsonObject);
}

function maskObject(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, maskValue(key, value)]));
}

/** `signature` beside a secret names an algorithm. */
const ALGORITHMS: ReadonlySet<unknown> = new Set(['sha1', 'sha256']);

function maskValue(key: string, value: JsonObject[string]): JsonObject[string] {
  if (typeof value === 'string') return maskText(key, value);
  if (Array.isArray(value)) return value.map((item) => maskValue('', item));
  return value !== null && typeof value === 'object' ? maskObject(value as JsonObject) : value;
}

/** A value that is nothing but a template takes what it shows from the event. */
const TEMPLATE_ONLY = /^\s*\{\{[^{}]*\}\}\s*$/;

function maskText(key: string, text: string): string {
  if (text === '' || isReference(text) || TEMPLATE_ONLY.test(text)) return text;
  if (isSensitiveName(key) && !(key === 'signature' && ALGORITHMS.has(text))) return MASK;
  return key === 'url' ? maskUrl(text) : text;
}

function maskUrl(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === '') return text;
  url.password = MASK;
  return url.href;
}

/** Every secret that is written in a config in clear: what `maskConfig` hides. */
export function findPlainSecrets(config: object): readonly string[] {
  return findIn(config as JsonObject, maskConfig(config));
}

/** What differs between a value and its mask. */
function findIn(value: JsonObject[string], masked: JsonObject[string]): readonly string[] {
  if (typeof value === 'string')
    return value === masked ? [] : [masked === MASK ? value : decodeURIComponent(new URL(value).password)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => findIn(item, (masked as JsonObject)[key] ?? null));
}
