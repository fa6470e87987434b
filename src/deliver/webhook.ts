import type { WebhookConfig } from '../definitions/definition.ts';
import type { JsonObject } from '../event.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import type { Handler } from './handler.ts';
import { RequestHeaders } from './headers.ts';
import { resolveUrl } from './resolve-url.ts';
import type { RequestPlan, Send } from './sender.ts';

/** What the handlers of webhooks work with. */
export interface WebhookParts {
  readonly send: Send;
  readonly secrets: HookSecrets;
}

/** The handler `webhook`: POSTs the event's data with `event` and `source` beside it, always as JSON. */
export function createWebhookHandler({ send, secrets }: WebhookParts): Handler {
  return {
    async run(hook, { deliveryId, data, event, source }) {
      if (hook.definition.handler !== 'webhook')
        throw new TypeError('Cannot run handler "webhook" for another handler\'s hook');
      const { config } = hook.definition;
      const sent: JsonObject = { ...data, event, source };
      const result = await send({
        hook,
        config,
        deliveryId,
        plan: () => planJsonPost(config, sent, secrets),
      });
      return { ...result, data: sent };
    },
  };
}

/** A POST of JSON with the config's headers; the content type is JSON whatever they say. */
export function planJsonPost(
  { url, headers }: WebhookConfig,
  data: JsonObject,
  secrets: HookSecrets,
): RequestPlan {
  const requestHeaders = new RequestHeaders();
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() !== 'content-type') requestHeaders.set(name, secrets.resolve(value));
  }
  requestHeaders.set('content-type', 'application/json');
  return {
    method: 'POST',
    url: resolveUrl(url, 'config.url', secrets),
    headers: requestHeaders,
    body: JSON.stringify(data),
  };
}
