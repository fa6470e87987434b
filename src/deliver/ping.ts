import { toTime } from '../clock.ts';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import { createId } from '../id.ts';
import type { ChangedHook } from '../reconcile/changed-hooks.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { type FindSource, toContent } from './content.ts';
import type { HandlerResult } from './handler.ts';
import { createSend, type SenderParts } from './sender.ts';
import { planPost } from './webhook.ts';

/** What a ping is sent for. */
export interface PingOccasion {
  readonly operation: ChangedHook['operation'];
  /** Goes out as webhook-id. */
  readonly deliveryId: string;
}

/**
 * Pings the receiver of a hook with the hook's own entity, secrets masked; without an occasion somebody asked for it.
 * Throws `bad_request` for handlers without a ping.
 */
export type Ping = (
  hook: LiveHook,
  entity: JsonObject,
  occasion?: PingOccasion,
) => Promise<{ readonly result: HandlerResult; readonly body: JsonObject }>;

/** Creates the ping of webhooks. */
export function createPing({
  findSource,
  ...parts
}: SenderParts & { readonly findSource: FindSource }): Ping {
  const send = createSend(parts);
  return async (hook, entity, occasion) => {
    const { definition } = hook;
    if (definition.handler !== 'webhook') {
      throw new HooklineError('bad_request', `handler '${definition.handler}' does not support 'ping'`);
    }
    const { config } = definition;
    const deliveryId = occasion?.deliveryId ?? createId();
    const sent = {
      id: deliveryId,
      source: 'kong:event_hooks',
      event: 'ping',
      time: toTime(parts.clock.now()),
      data: { event_hooks: entity, ...(occasion === undefined ? {} : { operation: occasion.operation }) },
      attributes: null,
    };
    const content = toContent(config.format, sent, findSource);
    const plan = (): ReturnType<typeof planPost> => planPost(config, content, parts.secrets);
    return { result: await send({ hook, config, deliveryId, attributes: null, plan }), body: content.body };
  };
}
