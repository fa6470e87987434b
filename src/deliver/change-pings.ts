import { v5 as uuidv5 } from 'uuid';
import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import type { Logger } from '../logger.ts';
import type { ChangedHook } from '../reconcile/changed-hooks.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Ping } from './ping.ts';

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
  /** Sends a ping for each that has a receiver to tell. Returns at once; what fails is tried again for a while, and logged. */
  send(changed: readonly ChangedHook[]): void;
  /** Sends no more. */
  stop(): void;
}

/** Namespace of the ids of pings: the same change has the same id in every replica, so that receivers can tell. */
const ID_NAMESPACE = '8b0a6f8e-6a51-4d0f-9a35-0d1b6f6a2f6e';
/** Pings under way at once: a change of thousands of hooks must not take every connection. */
const AT_ONCE = 16;
/** Waits between tries, ms. A receiver that is down for longer hears of the hook with its first event. */
const RETRY_MS = [5_000, 30_000, 120_000];

/** Creates the sender of pings on change. */
export function createChangePings({ ping, toEntity, clock, logger }: ChangePingsParts): ChangePings {
  const waiting: Waiting[] = [];
  const timers = new Set<Timer>();
  let active = 0;
  let stopped = false;

  function pump(): void {
    while (active < AT_ONCE && !stopped) {
      const next = waiting.shift();
      if (next === undefined) return;
      active += 1;
      void tryOne(next).finally(() => {
        active -= 1;
        pump();
      });
    }
  }

  async function tryOne(one: Waiting): Promise<void> {
    const { hook, operation } = one.changed;
    const failure = await sendOne(one.changed);
    if (failure === null || stopped) return;
    const delayMs = RETRY_MS[one.tries];
    const said = { hook: hook.definition.name, operation, err: failure };
    if (delayMs === undefined) {
      logger.warn(said, 'cannot ping after a change');
      return;
    }
    logger.debug(said, 'cannot ping after a change, will retry');
    const timer = clock.setTimer(delayMs, () => {
      timers.delete(timer);
      waiting.push({ ...one, tries: one.tries + 1 });
      pump();
    });
    timers.add(timer);
  }

  /** Null when the receiver took it, else why not. */
  async function sendOne({ hook, operation }: ChangedHook): Promise<string | null> {
    try {
      const deliveryId = uuidv5(`${hook.definition.id} ${hook.digest} ${operation}`, ID_NAMESPACE);
      const { result } = await ping(hook, toEntity(hook), { operation, deliveryId });
      return result.kind === 'success' ? null : (result.error ?? `receiver answered ${result.status}`);
    } catch (error) {
      return toMessage(error);
    }
  }

  return {
    send(changed) {
      const told = changed.filter(
        ({ hook: { definition } }) => definition.handler === 'webhook' && definition.enabled,
      );
      waiting.push(...told.map((one) => ({ changed: one, tries: 0 })));
      pump();
    },
    stop() {
      stopped = true;
      for (const timer of timers) timer.cancel();
    },
  };
}

interface Waiting {
  readonly changed: ChangedHook;
  /** Made before. */
  readonly tries: number;
}
