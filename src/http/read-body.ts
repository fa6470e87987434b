import type { IncomingMessage } from 'node:http';
import { HooklineError } from '../errors.ts';

/**
 * Reads a request's body, at most `maxBytes` of it. Rejects with `payload_too_large` as soon as it is known to be
 * longer, and with `bad_request` when the client goes away.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (): void => {
      // The rest is read and dropped, so that the client gets to see the answer.
      req.removeAllListeners('data').resume();
      reject(new HooklineError('payload_too_large', `The body is larger than ${maxBytes} bytes`));
    };
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return refuse();
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) refuse();
      else chunks.push(chunk);
    });
    req.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    req.on('error', (cause) => reject(new HooklineError('bad_request', 'The body ended early', { cause })));
  });
}
