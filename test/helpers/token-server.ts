import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Certificate } from './certificates.ts';
import { endServer, listenLocally } from './local-server.ts';
import { createWaiting } from './waiting.ts';

/** A request for a token. */
export interface AskedToken {
  readonly authorization: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
}

/** A real OAuth 2.0 token server. Its tokens are `token-1`, `token-2` and so on. */
export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly AskedToken[];
  /** Seconds its tokens live; null: it does not say. */
  life: number | null;
  /** Answers in the place of a token. */
  instead: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body: string;
  } | null;
  /** Keeps every answer back while true. */
  isHolding: boolean;
  /** Lets go what was kept back. */
  release(): void;
  /** Resolves once it was asked so often. */
  untilAsked(count: number): Promise<void>;
}

/** Starts a token server on a free port; with a certificate, over TLS. */
export async function startTokenServer(certificate: Certificate | null = null): Promise<TokenServer> {
  const asked: AskedToken[] = [];
  let held: (() => void)[] = [];
  const { until, check } = createWaiting();
  const state: TokenServer = {
    url: '',
    asked,
    life: 3_600,
    instead: null,
    isHolding: false,
    release() {
      state.isHolding = false;
      for (const answer of held) answer();
      held = [];
    },
    untilAsked: (count) => until(() => asked.length >= count),
    [Symbol.asyncDispose]: () => endServer(server),
  };
  const server = certificate === null ? createServer() : createTlsServer(certificate);
  server.on('request', async (req, res) => {
    const fields = Object.fromEntries(new URLSearchParams((await buffer(req)).toString()));
    asked.push({ authorization: req.headers.authorization, fields });
    const token = `token-${asked.length}`;
    const { instead, life } = state;
    const body = {
      access_token: token,
      token_type: 'Bearer',
      ...(life === null ? {} : { expires_in: life }),
    };
    const answer = (): void => {
      if (instead === null)
        res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      else res.writeHead(instead.status, instead.headers).end(instead.body);
    };
    if (state.isHolding) held.push(answer);
    else answer();
    check();
  });
  const port = await listenLocally(server);
  const scheme = certificate === null ? 'http' : 'https';
  return Object.assign(state, { url: `${scheme}://127.0.0.1:${port}/token` });
}
