import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it came in. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver that keeps what it gets. */
export interface RecordingServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Status of every answer from now on. */
  status: number;
  /** Resolves once so many requests have come in. */
  received(count: number): Promise<void>;
}

/** Starts a receiver on a free port, or on one it had before. */
export async function startRecordingServer(port = 0): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const recording: RecordingServer = {
    url: '',
    requests,
    status: 204,
    received: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        wake();
      }),
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const wake = (): void => {
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
    waiting = waiting.filter(({ count }) => requests.length < count);
  };
  const server = createServer(async (req, res) => {
    const body = (await buffer(req)).toString('utf8');
    requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
    res.writeHead(recording.status).end();
    wake();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return Object.assign(recording, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
