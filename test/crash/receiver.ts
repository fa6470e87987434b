import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Random } from './kill-plan.ts';

/** A request that came in. */
export interface Reception {
  readonly deliveryId: string;
  /** The hook whose path was asked. */
  readonly hook: string;
  readonly eventId: string;
  /** The order key, if the event has one. */
  readonly key: string | null;
  /** Number of the process it came from. */
  readonly life: number;
  /** Null until it is answered. */
  status: number | null;
}

/** A receiver that remembers all it gets. It refuses one in twenty of the hook `flaky` the first time. */
export interface CrashReceiver extends AsyncDisposable {
  readonly url: string;
  readonly receptions: readonly Reception[];
  /** The same by delivery, each in their order. */
  readonly byDelivery: ReadonlyMap<string, readonly Reception[]>;
  /** Number of the process that runs now. */
  life: number;
  /** Told of each request of this life, before it is answered and after. */
  onRequest: (when: 'before' | 'after', count: number) => void;
  /** Resolves once no connection is open: nothing of a process that has ended is still to be read. */
  untilAbandoned(): Promise<void>;
}

const REFUSED = 503;
/** Share of answers that take a while, and how long at most, ms. */
const SLOW_SHARE = 0.3;
const SLOW_MS = 15;

/** Starts the receiver on a free port. */
export async function startCrashReceiver(random: Random): Promise<CrashReceiver> {
  const receptions: Reception[] = [];
  const byDelivery = new Map<string, Reception[]>();
  const sockets = new Set<Socket>();
  let counted = { life: 0, count: 0 };

  const receive = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const reception = toReception(req, await text(req), receiver.life);
    const known = byDelivery.get(reception.deliveryId) ?? [];
    byDelivery.set(reception.deliveryId, [...known, reception]);
    receptions.push(reception);
    counted = { life: receiver.life, count: counted.life === receiver.life ? counted.count + 1 : 1 };
    const { count } = counted;
    receiver.onRequest('before', count);
    const refuses = reception.hook === 'flaky' && known.length === 0 && random() < 0.05;
    const answer = (): void => {
      if (res.destroyed) return;
      reception.status = refuses ? REFUSED : 204;
      res.writeHead(reception.status).end(() => receiver.onRequest('after', count));
    };
    // The server that waits for it is another process: a slow receiver has to take its time.
    if (random() < SLOW_SHARE) setTimeout(answer, random() * SLOW_MS);
    else answer();
  };

  // A request that was cut off is one that never came: it is sent again.
  const server = createServer((req, res) => void receive(req, res).catch(() => res.destroy()));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const receiver: CrashReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receptions,
    byDelivery,
    life: 0,
    onRequest: () => {},
    async untilAbandoned() {
      while (sockets.size > 0) await Promise.all([...sockets].map((socket) => once(socket, 'close')));
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

function toReception({ url = '', headers }: IncomingMessage, body: string, life: number): Reception {
  const { id, key } = JSON.parse(body) as { id: string; key?: string };
  const deliveryId = String(headers['webhook-id']);
  return { deliveryId, hook: url.slice(1), eventId: id, key: key ?? null, life, status: null };
}
