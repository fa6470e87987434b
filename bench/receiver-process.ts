import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerProcess, startPeer } from './child.ts';
import type { ReceiverRequest, Tally } from './messages.ts';

/** The receiver, seen from the process that measures. */
export interface ReceiverProcess extends Pick<ServerProcess, 'url' | 'stop'> {
  /** Begins anew. */
  reset(): Promise<void>;
  /** What it got, once there are `count` and no more come. Rejects when they do not come in time. */
  settled(count: number): Promise<Tally>;
}

/** How long nothing may arrive to say that nothing will. */
const QUIET_MS = 300;
/** How long a round's deliveries may take after the load has ended. */
const SETTLE_TIMEOUT_MS = 60_000;

/** Starts the receiver. */
export async function startReceiver(): Promise<ReceiverProcess> {
  const { url, child, stop } = await startPeer('./receiver.ts');
  const ask = async (request: ReceiverRequest): Promise<Tally> => {
    const answered = once(child, 'message');
    child.send(request);
    const [tally] = (await answered) as [Tally];
    return tally;
  };
  return {
    url,
    stop,
    async reset() {
      await ask('reset');
    },
    async settled(count) {
      const deadlineMs = performance.now() + SETTLE_TIMEOUT_MS;
      let before = await ask('read');
      for (;;) {
        await delay(QUIET_MS);
        const tally = await ask('read');
        if (tally.count >= count && tally.count === before.count) return tally;
        if (performance.now() > deadlineMs) {
          throw new Error(
            `Cannot finish the round: ${tally.count} of ${count} arrived in ${SETTLE_TIMEOUT_MS} ms`,
          );
        }
        before = tally;
      }
    },
  };
}
