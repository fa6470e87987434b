import { toTime } from './clock.ts';
import type { Breaker, BreakerChange } from './deliver/breaker.ts';
import { toMessage } from './errors.ts';
import type { Journal } from './journal/journal.ts';
import type { Logger } from './logger.ts';
import type { OwnEvents } from './own-events.ts';
import type { LiveHook } from './reconcile/snapshot.ts';
import type { Registry } from './registry/registry.ts';

/** What taking a hook out of service works with. */
export interface OutOfServiceParts {
  readonly journal: Pick<Journal, 'markGone'>;
  readonly registry: Pick<Registry, 'markGone' | 'isGone'>;
  readonly ownEvents: OwnEvents;
  readonly logger: Logger;
  /** Has the dispatcher see that a hook may not run any more. */
  readonly reload: () => void;
}

/** Takes hooks out of service and says so, in the log and as an event of Hookline's own. */
export interface OutOfService {
  /** The receiver answered that it is gone: the hook rests until its definition changes. */
  gone(hook: LiveHook): void;
  /** The breaker of a hook opened or closed. */
  breaker(hook: LiveHook, change: NonNullable<BreakerChange>, breaker: Breaker): void;
}

/** Creates what takes hooks out of service. */
export function createOutOfService(parts: OutOfServiceParts): OutOfService {
  const { journal, registry, ownEvents, logger, reload } = parts;
  return {
    gone(hook) {
      const { definition, digest } = hook;
      const mark = { hookId: definition.id, digest };
      if (registry.isGone(hook) || !registry.markGone(mark)) return;
      reload();
      const forgotten = 'cannot record that a receiver is gone: after a restart it is asked again';
      journal
        .markGone(mark)
        .catch((error) => logger.error({ hook: definition.name, err: toMessage(error) }, forgotten));
      logger.warn({ hook: definition.name }, 'receiver is gone, hook rests until its definition changes');
      ownEvents.hookDisabled({ hook, reason: 'gone', until: null });
    },
    breaker(hook, change, { failures, probeAt }) {
      const { name } = hook.definition;
      if (change === 'closed') {
        logger.info({ hook: name }, 'receiver is back, deliveries go on');
        return;
      }
      const until = toTime(probeAt);
      logger.warn({ hook: name, failures, until }, 'receiver fails, deliveries wait for it');
      ownEvents.hookDisabled({ hook, reason: 'breaker_open', until: probeAt });
    },
  };
}
