import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { buildConnector } from 'undici';
import type { Clock } from '../clock.ts';
import { createEgress, type Egress } from '../deliver/egress.ts';
import { judgeAddress } from '../deliver/guarded-lookup.ts';
import { createHttpClient, type HttpClient, type OutgoingRequest } from '../deliver/http-client.ts';
import type { Activity, Work } from './activity.ts';
import { type Answer, toConnectFailure } from './answers.ts';

/** A request as its receiver got it; as it was to be sent, where there was no connection. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without user, password and fragment, which are never sent. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request under way, and what is known of it by now. */
export interface SentRequest {
  readonly answer: Answer;
  received: ReceivedRequest;
}

/** What the receivers of a test are made with. */
export interface ReceiverParts {
  readonly clock: Clock;
  readonly activity: Activity;
  /** What comes of a request, by the delivery it is for. Asked once for each, before it is sent. */
  readonly answerTo: (deliveryId: string) => Answer;
  /** Told of each request as it is sent. */
  readonly onSend: (deliveryId: string, sent: SentRequest) => void;
}

/** One connection, which one request goes over. */
interface Line {
  readonly sent: SentRequest;
  readonly work: Work;
  /** The client's end. */
  readonly near: Duplex;
}

/** What no setting lets through is refused here too. Names lead nowhere. */
const EGRESS: Egress = createEgress({
  allow: [],
  deny: [],
  lookup: (_host, _options, callback) => callback(new Error('no name is looked up in a test'), []),
  proxy: null,
});

/**
 * Every receiver of a test, in this process, and the client that reaches them whatever host a URL names: the client of the
 * server, writing real requests to a real HTTP server, but over connections in memory. Nothing goes out.
 */
export function createReceivers({ clock, activity, answerTo, onSend }: ReceiverParts): HttpClient {
  const lines = new WeakMap<object, Line>();
  const server = createServer(async (request, response) => {
    const line = lines.get(request.socket);
    if (line === undefined) return;
    try {
      await answer(line, request, response);
    } catch (error) {
      line.near.destroy(error as Error);
    }
  });

  async function answer(line: Line, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sent, work, near } = line;
    sent.received = await toReceived(request, sent.received);
    const { afterMs, outcome } = sent.answer;
    if (outcome.kind === 'none' && outcome.reason === 'timeout') return work.hold();
    if (afterMs > 0) await pass(afterMs, work);
    if (outcome.kind === 'none') throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    if (!near.destroyed) response.writeHead(outcome.status, outcome.headers).end(outcome.body);
  }

  function pass(ms: number, work: Work): Promise<void> {
    return new Promise((resolve) => {
      clock.setTimer(ms, () => {
        work.resume();
        resolve();
      });
      work.hold();
    });
  }

  function createConnector(sent: SentRequest, work: Work): buildConnector.connector {
    return (to, callback) => {
      const failure = judgeAddress(to, EGRESS) ?? toConnectFailure(sent.answer, to.host ?? to.hostname);
      const [near, far] = duplexPair();
      if (failure === null) {
        lines.set(far, { sent, work, near });
        server.emit('connection', far);
      }
      // undici takes any stream for a socket, but does not say so.
      queueMicrotask(() => (failure === null ? callback(null, near as never) : callback(failure, null)));
    };
  }

  return {
    async send(request) {
      const deliveryId = request.headers['webhook-id'] ?? '';
      const work = activity.begin();
      const sent: SentRequest = { answer: answerTo(deliveryId), received: toUnsent(request) };
      onSend(deliveryId, sent);
      // A client of its own, so that the connection that is opened is known to be for this request.
      const client = createHttpClient({ clock, egress: null, connect: createConnector(sent, work) });
      try {
        // Certificates and proxies are of the network, which there is none of here.
        return await client.send({ ...request, tls: null, proxy: null });
      } finally {
        await client.close();
        work.end();
      }
    },
    close: async () => undefined,
  };
}

async function toReceived(request: IncomingMessage, { url }: ReceivedRequest): Promise<ReceivedRequest> {
  const headers = Object.entries(request.headersDistinct).map(
    ([name, values = []]) => [name, values.join(', ')] as const,
  );
  return {
    method: request.method ?? '',
    url: `${URL.parse(url)?.origin}${request.url}`,
    headers: Object.fromEntries(headers),
    body: await text(request),
  };
}

function toUnsent({ method, url, headers, body }: OutgoingRequest): ReceivedRequest {
  const target = URL.parse(url);
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    method,
    url: target === null ? url : `${target.origin}${target.pathname}${target.search}`,
    headers: Object.fromEntries(lower),
    body: body?.toString() ?? '',
  };
}
