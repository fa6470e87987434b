import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../event.ts';
import { encodeForm } from '../template/escape.ts';
import { RequestError, type RequestHeaders } from './headers.ts';
import { toPairs } from './query.ts';

/**
 * Encodes a payload as the content type says: JSON (also when there is none, which is then added), form or multipart.
 * Throws RequestError for any other, since there is no way to tell what the receiver expects.
 */
export function encodePayload(payload: JsonObject, headers: RequestHeaders): string {
  const contentType = headers.get('content-type')?.toLowerCase();
  if (contentType === undefined) headers.set('content-type', 'application/json');
  if (contentType === undefined || contentType.includes('json')) return JSON.stringify(payload);
  if (contentType.includes('x-www-form-urlencoded')) return toForm(payload);
  if (contentType.includes('multipart/form-data')) return toMultipart(payload, headers);
  throw new RequestError(
    `Cannot encode the payload as "${contentType}": use JSON, a form, multipart/form-data, or config.body`,
  );
}

function toForm(payload: JsonObject): string {
  return toPairs(payload)
    .map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`)
    .join('&');
}

/** The boundary is random, so that no value can hold it; one the definition gives is kept. */
function toMultipart(payload: JsonObject, headers: RequestHeaders): string {
  const given = /boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '')?.[1];
  const boundary = given ?? `hookline-${randomBytes(16).toString('hex')}`;
  if (given === undefined)
    headers.set('content-type', `${headers.get('content-type')}; boundary=${boundary}`);
  const pairs = toPairs(payload);
  // A part of its own could be slipped in by whoever knows the boundary.
  if (pairs.flat().some((text) => text.includes(boundary)))
    throw new RequestError(`Cannot encode the payload: a field holds the boundary "${boundary}"`);
  const parts = pairs.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--${boundary}--\r\n`;
}

/** As browsers do it (HTML, multipart/form-data encoding). */
function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
