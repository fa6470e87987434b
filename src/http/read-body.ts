import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { HooklineError, toMessage } from '../errors.ts';
import { holdBody } from './body-room.ts';

/**
 * Reads a request's body as it was sent, at most `maxBytes` of it. Rejects with `payload_too_large` as soon as it is
 * known to be longer, with `unavailable` when others hold the memory for it, and with `bad_request` when the client goes
 * away. What it holds is given back by `releaseBody`.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (error: HooklineError): void => {
      // The rest is read and dropped, so that the client gets to see the answer.
      req.removeAllListeners('data').resume();
      chunks.length = 0;
      reject(error);
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return refuse(toTooLarge(maxBytes));
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) refuse(toTooLarge(maxBytes));
      else if (!holdBody(req, length)) refuse(toNoRoom());
      else chunks.push(chunk);
    });
    req.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    req.on('error', (cause) => reject(new HooklineError('bad_request', 'The body ended early', { cause })));
  });
}

const GZIP = new Set(['gzip', 'x-gzip']);

/** Refuses a body that could not be read, before it is. Throws `unsupported_media_type`. */
export function checkEncoding(req: IncomingMessage): void {
  isCompressed(req);
}

/** Whether the body is in gzip. Throws `unsupported_media_type` when it is compressed in any other way. */
export function isCompressed({ headers }: IncomingMessage): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return false;
  if (GZIP.has(encoding)) return true;
  throw new HooklineError(
    'unsupported_media_type',
    `Cannot read content-encoding "${encoding}": send the body as it is, or in gzip`,
  );
}

/**
 * The content of a body that was read, decompressed when it has to be. A body may say that it is a thousand times as
 * long: no more of it is ever made than `maxBytes`. Rejects as `readBody`, and with `bad_request` for what is no gzip.
 */
export async function readContent(req: IncomingMessage, sent: Buffer, maxBytes: number): Promise<Buffer> {
  if (!isCompressed(req)) return sent;
  const gunzip = createGunzip();
  gunzip.end(sent);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw toTooLarge(maxBytes);
      if (!holdBody(req, sent.length + length)) throw toNoRoom();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HooklineError) throw cause;
    throw new HooklineError('bad_request', `Cannot decompress the body: ${toMessage(cause)}`, { cause });
  }
  return Buffer.concat(chunks);
}

function toTooLarge(maxBytes: number): HooklineError {
  return new HooklineError('payload_too_large', `The body is larger than ${maxBytes} bytes`);
}

function toNoRoom(): HooklineError {
  return new HooklineError('unavailable', 'Too many large requests at once: send it again later');
}
