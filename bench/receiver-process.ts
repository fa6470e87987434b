import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerProcess, startPeer } from './child.ts';
import type { ReceiverManner, ReceiverRequest, Tally } from './messages.ts';

/** The receiver, seen from the process that measures. */
export interface ReceiverProcess extends Pick<ServerProcess, 'url' | 'stop'> {
  /** Begins anew. */
  reset(): Promise<void>;
  /** What it got so far. */
  read(): Promise<Tally>;
  /** What it got, once there are `count`. Rejects when they do not come in time. */
  until(count: number, timeoutMs?: number): Promise<Tally>;
  /** The same, once no more come. */
  settled(count: number): Promise<Tally>;
}

/** How often it is asked what it got. */
const ASK_MS = 50;
/** How long nothing may arrive to say that nothing will. */
const QUIET_MS = 300;
/** How long a round's deliveries may take after the load has ended. */
const SETTLE_TIMEOUT_MS = 60_000;

/** Starts a receiver; unless told otherwise it takes everything at once. */
export async function startReceiver(manner: Partial<ReceiverManner> = {}): Promise<ReceiverProcess> {
  const { url, child, stop } = await startPeer('./receiver.ts', [
    JSON.stringify({ status: 204, delayMs: 0, ...manner }),
  ]);
  const ask = async (request: ReceiverRequest): Promise<Tally> => {
    const answered = once(child, 'message');
    child.send(request);
    const [tally] = (await answered) as [Tally];
    return tally;
  };
  const until = async (count: number, timeoutMs = SETTLE_TIMEOUT_MS): Promise<Tally> => {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const tally = await ask('read');
      if (tally.count >= count) return tally;
      if (performance.now() > deadlineMs)
        throw new Error(`Cannot finish the round: ${tally.count} of ${count} arrived in ${timeoutMs} ms`);
      await delay(ASK_MS);
    }
  };
  return {
    url,
    stop,
    async reset() {
      await ask('reset');
    },
    read: () => ask('read'),
    until,
    async settled(count) {
      let before = await until(count);
      for (;;) {
        await delay(QUIET_MS);
        const tally = await ask('read');
        if (tally.count === before.count) return tally;
        before = tally;
      }
    },
  };
}
