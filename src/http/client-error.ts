import type { Socket } from 'node:net';

/** What the platform's parser says of a request it cannot read, by its code; every other one is 400. */
const STATUSES: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** A connection that is none yet, or none any more. */
const TLS = /^(ERR_SSL|ERR_TLS|EPROTO)/;

/**
 * Answers a request that is not HTTP, or that never came to its end, in the way every other mistake is answered, and
 * closes the connection. Nothing is written when the connection carried an answer already: this would stand in it.
 */
export function answerClientError(error: NodeJS.ErrnoException & { reason?: string }, socket: Socket): void {
  const { code = '', reason = error.message } = error;
  if (!socket.writable || socket.bytesWritten > 0 || TLS.test(code)) {
    socket.destroy();
    return;
  }
  const status = STATUSES[code] ?? '400 Bad Request';
  const body = JSON.stringify({ message: `Cannot read the request: ${reason}` });
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'connection: close',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
