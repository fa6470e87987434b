import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { endServer, listenLocally } from './local-server.ts';
import { createWaiting } from './waiting.ts';

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
  const { until, check } = createWaiting();
  const recording: RecordingServer = {
    url: '',
    requests,
    status: 204,
    received: (count) => until(() => requests.length >= count),
    [Symbol.asyncDispose]: () => endServer(server),
  };
  const server = createServer(async (req, res) => {
    const body = (await buffer(req)).toString('utf8');
    requests.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
    res.writeHead(recording.status).end();
    check();
  });
  return Object.assign(recording, { url: `http://127.0.0.1:${await listenLocally(server, port)}` });
}
