import { type Clock, toTime } from '../clock.ts';
import type { HandlerName } from '../definitions/definition.ts';
import type { Handler, HandlerResult } from '../deliver/handler.ts';
import type { Ping } from '../deliver/ping.ts';
import { HooklineError } from '../errors.ts';
import type { Json, JsonObject } from '../event.ts';
import { createId } from '../id.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { toEntity } from './entity.ts';

/** Runs a hook's handler at once, for /test and /ping: past the gates, without retry, without a trace in the journal. */
export interface Trial {
  /** The data as sent and what came of it. Throws `handler_failed` when the handler did not get as far as an answer. */
  test(hook: LiveHook, data: JsonObject): Promise<JsonObject>;
  /** Sends the ping body and answers it. Throws `bad_request` when the receiver did not take it. */
  ping(hook: LiveHook): Promise<JsonObject>;
}

/** What a trial works with. */
export interface TrialParts {
  readonly handlers: Readonly<Record<HandlerName, Handler>>;
  readonly ping: Ping;
  readonly clock: Clock;
}

/** The process id a function is given in /test: the reference's own choice, so that a function can tell. */
const TEST_PID = 42;

/** Creates the runner of /test and /ping. */
export function createTrial({ handlers, ping, clock }: TrialParts): Trial {
  return {
    async test(hook, data) {
      const { handler, source, event } = hook.definition;
      const time = toTime(clock.now());
      const call = {
        deliveryId: createId(),
        data,
        event,
        source,
        id: createId(),
        time,
        attributes: null,
        pid: TEST_PID,
      };
      const result = await handlers[handler].run(hook, call);
      if (result.status === undefined && result.kind !== 'success') {
        throw new HooklineError('handler_failed', 'An unexpected error occurred', {
          detail: { err: result.error ?? 'unknown' },
        });
      }
      const shown = toShown(result);
      return { data: result.data ?? data, ...(shown === undefined ? {} : { result: shown }) };
    },
    async ping(hook) {
      const { result, body } = await ping(hook, toEntity(hook));
      if (result.kind !== 'success')
        throw new HooklineError('bad_request', result.error ?? `receiver answered ${result.status}`);
      return body;
    },
  };
}

/** A request shows its answer, a lambda what it returned, a log nothing. */
function toShown({ status, headers, body, result }: HandlerResult): Json | undefined {
  return status === undefined ? result : { body: body ?? '', headers: headers ?? {}, status };
}
