import { METHODS } from 'node:http';
import { distance } from 'fastest-levenshtein';
import type { EventHook } from '../definitions/definition.ts';
import { toHint } from '../definitions/suggest.ts';
import type { Finding } from './finding.ts';

/** Headers that receivers read, whose names are often mistyped. */
const HEADERS: readonly string[] = [
  'accept',
  'accept-language',
  'authorization',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'origin',
  'referer',
  'user-agent',
];

/** Letters of a header that may be wrong for it to be one of these. */
const MAX_WRONG = 2;

/** Methods and headers of a request that nothing is known of, and that are written nearly as others are. */
export function findLikelyTypos(hook: EventHook): readonly Finding[] {
  if (hook.handler !== 'webhook' && hook.handler !== 'webhook-custom') return [];
  const { headers } = hook.config;
  const methods = hook.handler === 'webhook-custom' ? checkMethod(hook.config.method) : [];
  return [...methods, ...Object.keys(headers).flatMap(checkHeader)];
}

function checkMethod(method: string): readonly Finding[] {
  if (METHODS.includes(method)) return [];
  const message = `HTTP has no method "${method}": receivers refuse it`;
  return [{ code: 'likely_typo', path: ['config', 'method'], message, hint: toHint(method, COMMON_METHODS) }];
}

const COMMON_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];

function checkHeader(name: string): readonly Finding[] {
  const written = name.toLowerCase();
  // What begins so is somebody's own: x-authorization is meant.
  if (HEADERS.includes(written) || written.startsWith('x-')) return [];
  const near = HEADERS.find((known) => distance(written.replaceAll('_', '-'), known) <= MAX_WRONG);
  if (near === undefined) return [];
  const message = `No header is known as "${name}"`;
  return [
    { code: 'likely_typo', path: ['config', 'headers', name], message, hint: `Did you mean "${near}"?` },
  ];
}
