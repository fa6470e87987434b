import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { GIT_TEST_ENV } from './git-repo.ts';

/** How a server answers. `cut`: the connection is lost in the middle of what is fetched. */
export type GitServerMode =
  | 'well'
  | 'hang'
  | 'cut'
  | 'down'
  | { readonly redirectTo: string }
  | { readonly heldUntil: Promise<unknown> };

/** Questions a git over HTTP was asked. */
export interface GitQuestions {
  /** Lists of refs: an `ls-remote` is one. */
  lists: number;
  /** Packs. */
  packs: number;
  /** Requests in all. */
  requests: number;
}

/** A real git behind HTTP. */
export interface GitServer extends AsyncDisposable {
  /** Without a slash at its end; a repository is at its path below the directory served. */
  readonly url: string;
  mode: GitServerMode;
  /** The whole of the header it wants to see; null: none. */
  authorization: string | null;
  /** Headers as they came, of every request. */
  readonly seen: readonly (string | undefined)[];
  readonly asked: GitQuestions;
  /** Starts to count anew. */
  reset(): void;
}

/** What a server is started with. */
export interface GitServerOptions {
  /** The directory of repositories. */
  readonly root: string;
  /** A certificate: it speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Bytes of a pack that get through before the connection is lost. */
const CUT_AFTER = 40;

/** Starts git-http-backend(1) behind a server on a free port. */
export async function startGitServer({ root, tls }: GitServerOptions): Promise<GitServer> {
  const seen: (string | undefined)[] = [];
  const running: GitServer = {
    url: '',
    mode: 'well',
    authorization: null,
    seen,
    asked: { lists: 0, packs: 0, requests: 0 },
    reset: () => Object.assign(running.asked, { lists: 0, packs: 0, requests: 0 }),
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const answer: RequestListener = async (req, res) => {
    const body = await buffer(req);
    const { mode, asked } = running;
    asked.requests += 1;
    seen.push(req.headers.authorization);
    if (mode === 'hang') return undefined;
    if (typeof mode === 'object' && 'heldUntil' in mode) await mode.heldUntil;
    // One that was held is answered as the server is by then.
    if (running.mode === 'down') return res.writeHead(503).end();
    if (typeof mode === 'object' && 'redirectTo' in mode)
      return res.writeHead(302, { location: mode.redirectTo + req.url }).end();
    if (running.authorization !== null && req.headers.authorization !== running.authorization)
      return res.writeHead(401, { 'www-authenticate': 'Basic realm="hooks"' }).end();
    const command = toCommand(req, body);
    if (command === 'ls-refs') asked.lists += 1;
    if (command === 'fetch') asked.packs += 1;
    return runBackend({ root, req, res, body, cut: mode === 'cut' && command === 'fetch' });
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(running, { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` });
}

function toCommand(req: IncomingMessage, body: Buffer): string | null {
  const text = req.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return /command=([a-z-]+)/.exec(text.toString('latin1'))?.[1] ?? null;
}

interface BackendRun {
  readonly root: string;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: Buffer;
  readonly cut: boolean;
}

/** The Common Gateway Interface (RFC 3875), as far as git uses it. */
async function runBackend({ root, req, res, body, cut }: BackendRun): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const { headers } = req;
  const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      ...GIT_TEST_ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: req.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(body);
  const output = await buffer(child.stdout);
  const split = output.indexOf('\r\n\r\n');
  const fields = output.subarray(0, split).toString('latin1').split('\r\n').map(toField);
  const status = Number(fields.find(([name]) => name === 'status')?.[1]?.slice(0, 3) ?? 200);
  res.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== 'status')));
  const content = output.subarray(split + 4);
  if (!cut) res.end(content);
  else res.write(content.subarray(0, content.length - CUT_AFTER), () => res.destroy());
}

function toField(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
