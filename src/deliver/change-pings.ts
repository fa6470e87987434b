import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import type { Logger } from '../logger.ts';
import type { ChangedHook } from '../reconcile/changed-hooks.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { ChangeIds, type SetRevisions } from './change-ids.ts';
import type { Ping } from './ping.ts';
import { MAX_WAITING, PingLanes } from './ping-lanes.ts';
import { PingPlaces } from './ping-places.ts';

/** What pings on change work with. */
export interface ChangePingsParts {
  readonly ping: Ping;
  /** The hook as the API shows it. */
  readonly toEntity: (hook: LiveHook) => JsonObject;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells the receivers of webhooks that their hooks changed. */
export interface ChangePings {
  /**
   * Sends a ping for each change that a set brought and that has a receiver to tell; those of one hook to one receiver one
   * at a time, in the order of the changes. Returns at once; what fails is tried again for a while, and logged.
   */
  send(changed: readonly ChangedHook[], set: SetRevisions): void;
  /** Sends no more. */
  stop(): void;
}

/** Waits between tries, ms. A receiver that is down for longer hears of the hook with its first event. */
const RETRY_MS = [5_000, 30_000, 120_000];

/** A change its receiver has to be told of. */
interface Telling {
  readonly changed: ChangedHook;
  /** As the hook has it. */
  readonly url: string;
  readonly deliveryId: string;
}

/** Creates the sender of pings on change. */
export function createChangePings({ ping, toEntity, clock, logger }: ChangePingsParts): ChangePings {
  const lanes = new PingLanes<Telling>({
    run: tell,
    onLeftOut: (telling) => giveUp(telling, `more than ${MAX_WAITING} changes of the hook wait`),
  });
  const ids = new ChangeIds();
  const places = new PingPlaces(clock);
  const timers = new Set<Timer>();
  let stopped = false;

  async function tell(telling: Telling): Promise<void> {
    const { url } = telling;
    for (const delayMs of [...RETRY_MS, null]) {
      const failure = await places.run(url, () => sendOne(telling));
      if (failure === null || stopped) return;
      if (delayMs === null) return giveUp(telling, failure);
      logger.debug(toFields(telling, failure), 'cannot ping after a change, will retry');
      await wait(delayMs);
    }
  }

  /** Null when the receiver took it, else why not. */
  async function sendOne({ changed: { hook, operation }, deliveryId }: Telling): Promise<string | null> {
    try {
      const { result } = await ping(hook, toEntity(hook), { operation, deliveryId });
      return result.kind === 'success' ? null : (result.error ?? `receiver answered ${result.status}`);
    } catch (error) {
      return toMessage(error);
    }
  }

  function giveUp(telling: Telling, failure: string): void {
    logger.warn(toFields(telling, failure), 'cannot ping after a change');
  }

  /** Never ends after a stop. */
  function wait(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimer(delayMs, () => {
      timers.delete(timer);
      resolve();
    });
    timers.add(timer);
    return promise;
  }

  return {
    send(changed, set) {
      for (const one of changed) {
        const { id, handler, enabled, config } = one.hook.definition;
        if (handler !== 'webhook' || !enabled) continue;
        const { url } = config;
        // With another URL, another receiver is told: it need not wait for what is tried at the one before.
        lanes.add(JSON.stringify([id, url]), { changed: one, url, deliveryId: ids.next(one, set) });
      }
    },
    stop() {
      stopped = true;
      lanes.stop();
      places.stop();
      for (const timer of timers) timer.cancel();
    },
  };
}

function toFields(
  { changed: { hook, operation } }: Telling,
  failure: string,
): Readonly<Record<string, string>> {
  return { hook: hook.definition.name, operation, err: failure };
}
