import { createConnection, type Socket } from 'node:net';
import type { NodeConnectionOptions } from '@nats-io/transport-node';
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';
import type { Egress } from '../deliver/egress.ts';

/** What of a connection is guarded besides what the client knows. */
export interface GuardedOptions extends NodeConnectionOptions {
  readonly guard: {
    readonly judge: Egress['judge'];
    /** Ends what is being connected. */
    readonly signal: AbortSignal;
  };
}

/** Where a connection goes: one address of a server, and the name it is of, if it is of one. */
interface Target {
  readonly hostname: string;
  readonly port: number;
  readonly tlsName: string;
}

/**
 * The client's own transport, which asks where it may go at the moment of dialling, and leaves no socket behind: neither
 * that of a server that never says a word, nor one that is still being opened at a stop.
 */
export class GuardedTransport extends NodeTransport {
  #dialled: Socket | null = null;

  override async connect(target: Target, options: GuardedOptions): Promise<void> {
    const { judge, signal } = options.guard;
    const { hostname, port, tlsName } = target;
    const refusal = judge({ host: tlsName || hostname, port, addresses: [hostname] });
    if (refusal !== null) throw refusal;
    const end = (): void => void this.#dialled?.destroy();
    signal.addEventListener('abort', end);
    try {
      signal.throwIfAborted();
      await super.connect(target, options);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  override async dial({ hostname: host, port }: Pick<Target, 'hostname' | 'port'>): Promise<Socket> {
    const socket = createConnection({ host, port, noDelay: true });
    this.#dialled = socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once('connect', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    await promise;
    socket.removeAllListeners();
    return socket;
  }

  override async close(error?: Error): Promise<void> {
    await super.close(error);
    this.#dialled?.destroy();
  }
}
