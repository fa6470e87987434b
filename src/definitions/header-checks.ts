import { isJsonObject, type JsonObject } from '../event.ts';
import type { SchemaMistake } from './schema-messages.ts';

/** Headers that the connection itself is run with: a request that set one would break. */
export const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What HTTP can carry in a header: visible ASCII, space, tab, and the upper half of Latin-1. */
export const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Headers no request could have, in a config whose headers fit the schema or not. */
export function checkHeaders({ headers, headers_format }: JsonObject): readonly SchemaMistake[] {
  if (!isJsonObject(headers)) return [];
  const seen = new Map<string, string>();
  return Object.entries(headers).flatMap(([name, value]) => {
    const before = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (before !== undefined) return givenTwice(name, before);
    if (CONNECTION_HEADERS.has(name.toLowerCase())) return ofConnection(name);
    // A line break within an expression is none of the value's.
    const isTemplate = headers_format === true && typeof value === 'string' && value.includes('{{');
    return typeof value === 'string' && !isTemplate ? checkValue(name, value) : [];
  });
}

/** Header names are the same in any case; two that differ in case only would fight. */
function givenTwice(name: string, before: string): readonly SchemaMistake[] {
  const hint = 'Header names are the same in any case: keep one';
  return [bad(name, `Header "${name}" is given twice: as "${before}" too`, hint)];
}

function ofConnection(name: string): readonly SchemaMistake[] {
  return [
    bad(
      name,
      `Header "${name}" cannot be set: it belongs to the connection`,
      'Remove it: it is sent where it is needed',
    ),
  ];
}

function checkValue(name: string, value: string): readonly SchemaMistake[] {
  if (HEADER_VALUE.test(value)) return [];
  const isLine = /^[^\r\n]*\r?\n$/.test(value);
  const hint = isLine
    ? 'Write it on the line of its key: a text after | ends with a line break'
    : 'Write it on one line, in characters of Latin-1';
  return [
    bad(name, `The value of header "${name}" has a line break or a character that HTTP cannot carry`, hint),
  ];
}

function bad(name: string, message: string, hint: string): SchemaMistake {
  return { code: 'bad_value', path: ['config', 'headers', name], atKey: true, message, hint };
}
