import { toMessage } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../event.ts';
import { mapTexts } from '../map-texts.ts';
import { locatePlainSecrets } from '../secrets/mask.ts';
import { isReference, parseReference } from '../secrets/reference.ts';
import type { KongHook } from './kong-hook.ts';
import { translateTemplate } from './resty-template.ts';

/** A hook as it is to be committed. */
export interface ConvertedHook {
  readonly name: string;
  /** The definition, keys in the order they are to be written. */
  readonly definition: JsonObject;
  /** Variables that must be set to what stood in the gateway in clear, by name, with what they are for. */
  readonly variables: ReadonlyMap<string, string>;
  /** What it does otherwise than in the gateway. */
  readonly differences: readonly string[];
  /** What has to be done by hand before it does what it did: until then it is written with `enabled: false`. */
  readonly todo: readonly string[];
}

/** Addresses that are secrets themselves: whoever knows one can post there. */
const SECRET_URLS =
  /^https:\/\/(?:hooks\.slack\.com\/|(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks\/|[^/]*\.webhook\.office\.com\/|[^/]*\.logic\.azure\.com[:/]|chat\.googleapis\.com\/|webhook\.site\/)/i;

/** Converts one hook. `name` is what it will be called. */
export function convertHook(hook: KongHook, name: string): ConvertedHook {
  const notes: Notes = { variables: new Map(), differences: [], todo: [] };
  const config = convertConfig(hook, name, notes);
  if (hook.source === 'crud' && hook.event === null)
    notes.differences.push('runs once for a change; the gateway runs it twice');
  const { id, source, event, handler, on_change, snooze } = hook;
  const definition = {
    name,
    id,
    ...(notes.todo.length === 0 ? {} : { enabled: false }),
    source,
    ...(event === null ? {} : { event }),
    handler,
    ...(on_change === null ? {} : { on_change }),
    ...(snooze === null ? {} : { snooze }),
    ...(Object.keys(config).length === 0 ? {} : { config }),
  };
  return { name, definition, ...notes };
}

interface Notes {
  readonly variables: Map<string, string>;
  readonly differences: string[];
  readonly todo: string[];
}

function convertConfig(hook: KongHook, name: string, notes: Notes): JsonObject {
  switch (hook.handler) {
    case 'log':
      return {};
    case 'lambda':
      return convertLambda(hook.config, notes);
    case 'webhook':
    case 'webhook-custom': {
      const said = leaveOutDefaults(hook.config);
      const templated =
        hook.handler === 'webhook-custom' ? translateTemplates(hook.config, said, notes) : said;
      return verify(withReferences(templated, name, notes), notes);
    }
  }
}

/** What the gateway offers to functions and sandboxes here do not: https://developer.konghq.com/gateway/sandboxing/ */
const BEYOND_SANDBOX = /\b(?:kong|ngx)\s*[.:[]|\brequire\s*\(?\s*["']/;

function convertLambda({ functions = [] }: JsonObject, { differences, todo }: Notes): JsonObject {
  const texts = Array.isArray(functions) ? (functions as readonly Json[]).map(String) : [];
  if (texts.some((text) => BEYOND_SANDBOX.test(text)))
    todo.push('a function uses kong, ngx or require, which sandboxes here do not have');
  differences.push('a function that returns nothing has succeeded; the gateway runs it again');
  return { language: 'lua', functions: texts };
}

/** Defaults of the gateway that are defaults here too. */
const DEFAULTS: JsonObject = {
  body: null,
  body_format: true,
  headers: {},
  headers_format: false,
  payload: {},
  payload_format: true,
  secret: null,
};

function leaveOutDefaults(config: JsonObject): JsonObject {
  const said = Object.entries(config).filter(
    ([key, value]) => value !== null && JSON.stringify(value) !== JSON.stringify(DEFAULTS[key]),
  );
  return Object.fromEntries(said);
}

function translateTemplates(config: JsonObject, said: JsonObject, { differences, todo }: Notes): JsonObject {
  const { body_format = true, payload_format = true, headers_format = false } = config;
  const formats: readonly (readonly [string, boolean])[] = [
    ['payload', payload_format !== false],
    ['body', body_format !== false],
    ['headers', headers_format === true],
  ];
  let isTemplated = false;
  const translated = formats.flatMap(([key, isTemplate]) => {
    const value = said[key];
    if (!isTemplate || value === undefined) return [];
    const mapped = mapTexts(value, [key], (text, path) => {
      const { text: handlebars, left } = translateTemplate(text);
      isTemplated ||= handlebars.includes('{{');
      todo.push(...left.map((one) => `config.${path.join('.')} was not translated: ${one}`));
      return handlebars;
    });
    return [[key, mapped] as const];
  });
  if (isTemplated)
    differences.push(
      'values of templates are not escaped for HTML, as the gateway does, but for where they land',
    );
  if (
    said.payload !== undefined &&
    said.body === undefined &&
    !hasContentType(said.headers) &&
    takesBody(said.method)
  )
    differences.push('without a content-type the payload is JSON; the gateway sends multipart');
  return { ...said, ...Object.fromEntries(translated) };
}

function hasContentType(headers: Json | undefined): boolean {
  return (
    headers !== undefined &&
    isJsonObject(headers) &&
    Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  );
}

function takesBody(method: Json | undefined): boolean {
  return typeof method === 'string' && !['GET', 'HEAD', 'DELETE'].includes(method.toUpperCase());
}

/** Puts references in the place of secrets. */
function withReferences(config: JsonObject, name: string, { variables, todo }: Notes): JsonObject {
  const secrets = new Map(locatePlainSecrets(config).map((secret) => [secret.path.join('.'), secret]));
  return mapTexts(config, [], (text, path) => {
    const place = path.join('.');
    if (isReference(text)) {
      noteReference(text, place, todo);
      return text;
    }
    const secret = secrets.get(place);
    if (secret === undefined && !(place === 'url' && SECRET_URLS.test(text))) return text;
    // A reference is the whole value, and none is resolved in a body: what is left is warned of like any secret in clear.
    const isPart = typeof secret?.what === 'string' && text.includes('{{');
    if (path[0] === 'body' || isPart) return text;
    const reference = `${name}-${path.join('-')}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    variables.set(reference.toUpperCase().replaceAll('-', '_'), `config.${place} of ${name}`);
    return `{vault://env/${reference}}`;
  }) as JsonObject;
}

/** The gateway sends what looks like a reference as it is; here it is resolved, from the vaults there are. */
function noteReference(text: string, place: string, todo: string[]): void {
  try {
    parseReference(text);
  } catch (error) {
    todo.push(`config.${place} cannot be resolved: ${toMessage(error)}`);
  }
}

/** Whoever means it says it: certificates are verified from now on. */
function verify(config: JsonObject, { differences }: Notes): JsonObject {
  const { ssl_verify: said, ...others } = config;
  const { url } = others;
  const isPlain = typeof url === 'string' && url.toLowerCase().startsWith('http:');
  if (isPlain) return others;
  if (said !== true)
    differences.push(
      'the certificate of the receiver is verified (ssl_verify: true); the gateway was told not to',
    );
  return { ...others, ssl_verify: true };
}
