import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { createId } from '../id.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { HandlerResult } from './handler.ts';
import { createSend, type SenderParts } from './sender.ts';
import { planJsonPost } from './webhook.ts';

/** Pings the receiver of a hook with the hook's own entity, secrets masked. Throws `bad_request` for handlers without a ping. */
export type Ping = (
  hook: LiveHook,
  entity: JsonObject,
) => Promise<{ readonly result: HandlerResult; readonly body: JsonObject }>;

/** Creates the ping of webhooks. */
export function createPing(parts: SenderParts): Ping {
  const send = createSend(parts);
  return async (hook, entity) => {
    const { definition } = hook;
    if (definition.handler !== 'webhook') {
      throw new HooklineError('bad_request', `handler '${definition.handler}' does not support 'ping'`);
    }
    const { config } = definition;
    const body: JsonObject = { source: 'kong:event_hooks', event: 'ping', event_hooks: entity };
    const plan = (): ReturnType<typeof planJsonPost> => planJsonPost(config, body, parts.secrets);
    return { result: await send({ hook, config, deliveryId: createId(), plan }), body };
  };
}
