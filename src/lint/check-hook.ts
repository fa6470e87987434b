import type { Catalogue } from '../catalogue/catalogue.ts';
import { checkEvent } from '../catalogue/checks.ts';
import type { EventHook, LoadedDefinition } from '../definitions/definition.ts';
import type { CompiledHook } from '../reconcile/compile-hook.ts';
import { checkFilter } from './check-filter.ts';
import { checkOrder, checkReads } from './check-reads.ts';
import { shapeOf } from './event-shape.ts';
import type { Finding } from './finding.ts';
import { findLikelyTypos } from './likely-typos.ts';
import type { Shape } from './shape.ts';

/** What of a hook has to be held against the catalogue. */
interface Checked {
  readonly hook: EventHook;
  readonly loaded: LoadedDefinition;
  readonly compiled: CompiledHook;
}

/** What was found of a hook, and what its events were known to have then. */
interface Held {
  readonly data: Shape;
  readonly findings: readonly Finding[];
}

/** Nothing else is found while a hook and its events stay the same, which most do from one reconcile to the next. */
const held = new WeakMap<CompiledHook, Held>();

/** Holds a hook against the catalogue: its source, its event, and the fields it reads. */
export function checkHook(checked: Checked, catalogue: Catalogue): readonly Finding[] {
  const { hook, compiled } = checked;
  const unknown = checkMatches(hook, catalogue);
  if (unknown !== null) return [unknown];
  const data = shapeOf(hook, catalogue);
  const before = held.get(compiled);
  if (before?.data === data) return before.findings;
  const findings = checkAgainst(checked, data);
  held.set(compiled, { data, findings });
  return findings;
}

function checkAgainst({ hook, loaded, compiled }: Checked, data: Shape): readonly Finding[] {
  const { condition, reads } = compiled;
  return [
    ...(condition === null ? [] : checkFilter(condition, { hook, data })),
    ...checkReads(reads, { hook, data }),
    ...checkOrder({ hook, data }),
    ...checkVerify(hook, loaded),
    ...findLikelyTypos(hook),
  ];
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
