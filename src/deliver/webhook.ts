import type { WebhookConfig } from '../definitions/definition.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { type Content, type FindSource, toContent } from './content.ts';
import type { Handler } from './handler.ts';
import { RequestHeaders } from './headers.ts';
import { resolveUrl } from './resolve-url.ts';
import type { RequestPlan, Send } from './sender.ts';

/** What the handlers of webhooks work with. */
export interface WebhookParts {
  readonly send: Send;
  readonly secrets: HookSecrets;
}

/** The handler `webhook`: POSTs the event in the hook's format, always as JSON. */
export function createWebhookHandler({
  send,
  secrets,
  findSource,
}: WebhookParts & { readonly findSource: FindSource }): Handler {
  return {
    async run(hook, call) {
      if (hook.definition.handler !== 'webhook')
        throw new TypeError('Cannot run handler "webhook" for another handler\'s hook');
      const { config } = hook.definition;
      const content = toContent(config.format, call, findSource);
      const result = await send({
        hook,
        config,
        deliveryId: call.deliveryId,
        attributes: call.attributes,
        plan: () => planPost(config, content, secrets),
      });
      return { ...result, data: content.body };
    },
  };
}

/** A POST of a content with the config's headers; whatever they say, its own win. */
export function planPost(
  { url, headers }: WebhookConfig,
  content: Content,
  secrets: HookSecrets,
): RequestPlan {
  const requestHeaders = new RequestHeaders();
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() !== 'content-type') requestHeaders.set(name, secrets.resolve(value));
  }
  for (const [name, value] of Object.entries(content.headers)) requestHeaders.set(name, value);
  requestHeaders.set('content-type', content.contentType);
  return {
    method: 'POST',
    url: resolveUrl(url, 'config.url', secrets),
    headers: requestHeaders,
    body: JSON.stringify(content.body),
  };
}
