import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A request to post a status. */
interface PostedStatus {
  readonly method: string;
  /** With its percent-encoding. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What a host answers, or that it never does. */
export type HostAnswer =
  | 'hang'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

/** The statuses API of a git host. */
export interface GitHost extends AsyncDisposable {
  readonly url: string;
  readonly posts: readonly PostedStatus[];
  /** Answers to the next requests, one each; 201 to all after them. */
  readonly answers: HostAnswer[];
  /** Requests that were under way at once, at most. */
  readonly mostAtOnce: number;
  /** Resolves once so many requests have come in. */
  received(count: number): Promise<void>;
}

/** Starts a host that takes every status, but for what it is told to answer. */
export async function startGitHost(): Promise<GitHost> {
  const posts: PostedStatus[] = [];
  const answers: HostAnswer[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const server = createServer(async (req, res) => {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    res.on('close', () => {
      underWay -= 1;
    });
    const body = await json(req);
    posts.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers, body });
    const answer = answers.shift() ?? { status: 201, body: '{}' };
    if (answer !== 'hang') res.writeHead(answer.status, answer.headers).end(answer.body);
    for (const { count, resolve } of waiting) if (posts.length >= count) resolve();
    waiting = waiting.filter(({ count }) => posts.length < count);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    answers,
    get mostAtOnce() {
      return mostAtOnce;
    },
    received: (count) =>
      new Promise((resolve) => {
        if (posts.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
