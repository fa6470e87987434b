import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A status as it was posted. */
export interface PostedStatus {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, string>>;
}

/** How it answers: with a status, a body and headers, or never. */
export interface StatusAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A git host's API, as far as statuses go. */
export interface StatusHost extends AsyncDisposable {
  readonly url: string;
  readonly posted: readonly PostedStatus[];
  /** Answers that are given first, in order; then 201. */
  readonly answers: (StatusAnswer | 'hang')[];
  /** Resolves once so many were posted. */
  until(count: number): Promise<void>;
}

/** Starts one on a free port. */
export async function startStatusHost(): Promise<StatusHost> {
  const posted: PostedStatus[] = [];
  const answers: (StatusAnswer | 'hang')[] = [];
  let wake: () => void = () => undefined;
  const server = createServer(async (req, res) => {
    posted.push({
      path: `${req.method} ${req.url}`,
      headers: req.headers,
      body: JSON.parse((await buffer(req)).toString('utf8')),
    });
    const answer = answers.shift() ?? { status: 201 };
    wake();
    if (answer === 'hang') return;
    res.writeHead(answer.status, answer.headers ?? {}).end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    answers,
    async until(count) {
      while (posted.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
