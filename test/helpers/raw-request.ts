import { connect } from 'node:net';

/** Bytes sent over a connection of their own, and what came back until the other side closed it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Sends bytes to a server as they are: what no HTTP client would send. Resolves with the first answer once the
 * connection is closed or, with `until`, once that text has come. Ends the sending side only when `end` says so.
 */
export function sendRaw(
  url: string,
  bytes: string | Uint8Array,
  { end = true, until = null }: { readonly end?: boolean; readonly until?: string | null } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      if (end) socket.end(bytes);
      else socket.write(bytes);
    });
    const finish = (): void => {
      socket.destroy();
      resolve(toAnswer(Buffer.concat(chunks).toString('utf8')));
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (until !== null && Buffer.concat(chunks).includes(until)) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => (chunks.length > 0 ? finish() : reject(error)));
  });
}

function toAnswer(text: string): RawAnswer {
  const split = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, split).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(' ')[1]),
    headers: new Headers(headers),
    body: text.slice(split + 4),
  };
}
