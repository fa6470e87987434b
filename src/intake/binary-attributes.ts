import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../event.ts';
import { decodeHeaderValue } from './header-value.ts';
import { MAX_SHOWN } from './intaken.ts';

/** The attributes a request says in headers, or why they cannot be read. */
export type BinaryAttributes =
  | { readonly kind: 'read'; readonly attributes: JsonObject }
  | { readonly kind: 'invalid'; readonly message: string };

const PREFIX = 'ce-';
/** What an attribute of a CloudEvent may be called. */
export const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
/** What the body and its content-type say, and no header may say too. */
const OF_THE_BODY = ['data', 'datacontenttype'];

/** Whether headers say that the body is the data of a CloudEvent: one required attribute is enough to tell. */
export function hasAttributes(headers: IncomingHttpHeaders): boolean {
  return (
    headers['ce-id'] !== undefined ||
    headers['ce-specversion'] !== undefined ||
    headers['ce-source'] !== undefined ||
    headers['ce-type'] !== undefined
  );
}

/** Reads the attributes of a CloudEvent in binary mode from headers as they came: name, value, name, value. */
export function readAttributes(rawHeaders: readonly string[]): BinaryAttributes {
  const attributes: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]?.toLowerCase() ?? '';
    if (!header.startsWith(PREFIX)) continue;
    const name = header.slice(PREFIX.length);
    const value = decodeHeaderValue(rawHeaders[at + 1] ?? '');
    const mistake = findMistake(name, value, attributes);
    if (value === null || mistake !== null)
      return { kind: 'invalid', message: `Cannot read header "${header.slice(0, MAX_SHOWN)}": ${mistake}` };
    attributes[name] = value;
  }
  return { kind: 'read', attributes };
}

function findMistake(name: string, value: string | null, known: JsonObject): string | null {
  if (!ATTRIBUTE_NAME.test(name)) return 'an attribute has letters and digits only';
  if (OF_THE_BODY.includes(name)) return 'the body and its content-type say this';
  if (Object.hasOwn(known, name)) return 'it is there twice';
  if (value === null)
    return 'its value must be percent-encoded UTF-8, with "%" itself as "%25", or a quoted string';
  return null;
}
