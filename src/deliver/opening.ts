import { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** What is under way to one origin. */
interface Origin {
  waiting: number;
  readonly sockets: Set<Socket>;
}

/** Where a connection goes, as undici says it. */
type Destination = Pick<buildConnector.Options, 'protocol' | 'host'>;

/**
 * Connections that are being opened, and the requests that wait for one. A request whose time is up cannot take back the
 * connection that was begun for it, since another may be waiting for the same; when none is, the connections are.
 */
export class Opening {
  readonly #origins = new Map<string, Origin>();

  /** A request waits for a connection to an origin. Answers what to call, any number of times, once it does no more. */
  wait(name: string): () => void {
    const origin = this.#origins.get(name) ?? { waiting: 0, sockets: new Set() };
    this.#origins.set(name, origin);
    origin.waiting += 1;
    let waits = true;
    return () => {
      if (!waits) return;
      waits = false;
      origin.waiting -= 1;
      if (origin.waiting > 0) return;
      this.#origins.delete(name);
      for (const socket of origin.sockets) socket.destroy(new Error('nobody waits for the connection'));
    };
  }

  /** A connection is being opened. undici does not declare that it answers the socket, but relies on it itself. */
  add(to: Destination, socket: unknown): void {
    if (socket instanceof Socket) this.#origins.get(toName(to))?.sockets.add(socket);
  }

  /** A connection is open, or will never be. */
  remove(to: Destination, socket: unknown): void {
    if (socket instanceof Socket) this.#origins.get(toName(to))?.sockets.delete(socket);
  }
}

function toName({ protocol, host }: Destination): string {
  return `${protocol}//${host}`;
}
