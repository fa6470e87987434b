import type { Catalogue } from '../catalogue/catalogue.ts';
import { checkEvent } from '../catalogue/checks.ts';
import type { EventHook, LoadedDefinition } from '../definitions/definition.ts';
import type { CatalogueEvent } from '../definitions/event-source.ts';
import { suggest } from '../definitions/suggest.ts';
import type { CompiledHook, FieldRead } from '../reconcile/compile-hook.ts';
import type { Finding } from './finding.ts';
import { findLikelyTypos } from './likely-typos.ts';

/** What a template may read of every event, besides its data. A filter has these beside `data`, not in it. */
const ALWAYS_THERE = ['event', 'source', 'id', 'time'];

/** What of a hook has to be held against the catalogue. */
interface Checked {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
  readonly compiled: CompiledHook;
}

/** Holds a hook against the catalogue: its source, its event, and the fields it reads. */
export function checkHook({ hook, loaded, compiled }: Checked, catalogue: Catalogue): readonly Finding[] {
  const unknown = checkMatches(hook, catalogue);
  if (unknown !== null) return [unknown];
  const fields = knownFields(hook, catalogue);
  const unknownFields = fields === null ? [] : compiled.reads.flatMap((read) => checkRead(read, fields));
  return [...unknownFields, ...checkVerify(hook, loaded), ...findLikelyTypos(hook)];
}

/** A source or an event the catalogue does not have; null when some event can match. */
export function checkMatches({ source, event }: EventHook, catalogue: Catalogue): Finding | null {
  const events = catalogue.sources.get(source);
  const probe = event ?? events?.keys().next().value ?? '';
  const checked = checkEvent(catalogue, source, probe);
  if (checked.kind === 'known') return null;
  if (events !== undefined && event === null) return null;
  return {
    code: events === undefined ? 'unknown_source' : 'unknown_event',
    path: [events === undefined ? 'source' : 'event'],
    message: checked.message,
    hint: event === '*' ? 'For every event of the source, leave "event" out' : checked.hint,
  };
}

/** The fields events of the hook can have; null when one of them does not say. */
function knownFields({ source, event }: EventHook, catalogue: Catalogue): ReadonlySet<string> | null {
  const events = catalogue.sources.get(source) ?? new Map<string, CatalogueEvent>();
  const entries = event === null ? [...events.values()] : [events.get(event)];
  const fields = new Set<string>();
  for (const entry of entries) {
    if (entry?.fields === undefined) return null;
    for (const field of entry.fields) fields.add(field);
  }
  return fields;
}

function checkRead({ field, path }: FieldRead, fields: ReadonlySet<string>): readonly Finding[] {
  const known = path[0] === 'filter' ? [...fields] : [...fields, ...ALWAYS_THERE];
  if (known.includes(field)) return [];
  const near = suggest(field, known);
  const hint = near === null ? `Known fields: ${known.join(', ')}` : `Did you mean "${near}"?`;
  const message = `Reads "${field}", which the catalogue does not list for this event`;
  return [{ code: 'unknown_field', path, message, hint }];
}

function checkVerify(hook: EventHook, { declared }: LoadedDefinition): readonly Finding[] {
  if (hook.handler !== 'webhook' && hook.handler !== 'webhook-custom') return [];
  const { config } = declared;
  if (typeof config === 'object' && config !== null && Object.hasOwn(config, 'ssl_verify')) return [];
  if (hook.config.ssl_verify) return [];
  const { url, auth } = hook.config;
  const tokenUrl = auth !== null && 'oauth2' in auth ? auth.oauth2.token_url : '';
  if (isHttps(url)) return [unsaid('receiver', ['config', 'url'])];
  return isHttps(tokenUrl) ? [unsaid('token server', ['config', 'auth', 'oauth2', 'token_url'])] : [];
}

function isHttps(url: string): boolean {
  return url.toLowerCase().startsWith('https:');
}

function unsaid(whose: string, path: Finding['path']): Finding {
  return {
    code: 'ssl_verify_unsaid',
    path,
    message: `The ${whose}'s certificate is not checked: "ssl_verify" is unsaid and defaults to false`,
    hint: 'Say ssl_verify: true, or ssl_verify: false to mean it',
  };
}
