import type { WebhookCustomConfig } from '../definitions/definition.ts';
import type { Json, JsonObject } from '../event.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { isReference } from '../secrets/reference.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { RenderCost } from '../template/render-cost.ts';
import { type TemplateContext, toContext } from '../template/template.ts';
import { encodePayload } from './encode-payload.ts';
import type { Handler } from './handler.ts';
import { RequestHeaders } from './headers.ts';
import { mergeQuery } from './query.ts';
import { resolveUrl } from './resolve-url.ts';
import type { RequestPlan } from './sender.ts';
import type { WebhookParts } from './webhook.ts';

/** Methods whose payload goes into the query of the URL. */
const QUERY_METHODS = new Set(['GET', 'HEAD', 'DELETE']);

/** The handler `webhook-custom`: a request of the definition's own making, templated where its `*_format` says so. */
export function createWebhookCustomHandler({ send, secrets }: WebhookParts): Handler {
  return {
    async run(hook, { deliveryId, data, event, source, id, time, attributes }) {
      if (hook.definition.handler !== 'webhook-custom')
        throw new TypeError('Cannot run handler "webhook-custom" for another handler\'s hook');
      const { config } = hook.definition;
      const context = toContext({ id, source, event, time, data });
      const result = await send({
        hook,
        config,
        deliveryId,
        attributes,
        plan: () => planRequest({ config, hook, context, secrets, cost: new RenderCost() }),
      });
      return { ...result, data: { ...data, event, source } };
    },
  };
}

/** What a custom request is made of. */
interface CustomRequest {
  readonly config: WebhookCustomConfig;
  readonly hook: Pick<LiveHook, 'templates'>;
  readonly context: TemplateContext;
  readonly secrets: HookSecrets;
  /** Of all its templates. */
  readonly cost: RenderCost;
}

function planRequest(request: CustomRequest): RequestPlan {
  const { method } = request.config;
  const headers = toHeaders(request);
  const url = resolveUrl(request.config.url, 'config.url', request.secrets);
  const body = toBody(request);
  const payload = toPayload(request);
  if (QUERY_METHODS.has(method)) {
    return { method, url: payload === null ? url : mergeQuery(url, payload), headers, body };
  }
  return { method, url, headers, body: body ?? (payload === null ? null : encodePayload(payload, headers)) };
}

function toHeaders({ config, hook, context, secrets, cost }: CustomRequest): RequestHeaders {
  const headers = new RequestHeaders();
  const templates = hook.templates?.headers ?? {};
  for (const [name, text] of Object.entries(config.headers)) {
    const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
    headers.set(name, template === undefined ? secrets.resolve(text) : template.render(context, cost));
  }
  return headers;
}

/** The body, null when it is absent or empty: then the payload has its turn. */
function toBody({ config, hook, context, cost }: CustomRequest): string | null {
  const body = hook.templates?.body?.render(context, cost) ?? config.body;
  return body === null || body === '' ? null : body;
}

/**
 * References resolve where the definition has them, and only there: what came in with an event is never looked at, so
 * nobody can ask for a secret through an event.
 */
function toPayload({ config, hook, context, secrets, cost }: CustomRequest): JsonObject | null {
  if (config.payload === null) return null;
  const rendered = hook.templates?.payload?.render(context, cost) ?? config.payload;
  return resolveWhereDeclared(rendered, config.payload, secrets) as JsonObject;
}

function resolveWhereDeclared(rendered: Json, declared: Json | undefined, secrets: HookSecrets): Json {
  if (typeof declared === 'string') return isReference(declared) ? secrets.resolve(declared) : rendered;
  if (declared === null || typeof declared !== 'object') return rendered;
  if (Array.isArray(declared)) {
    const items = rendered as readonly Json[];
    return (declared as readonly Json[]).map((item, index) =>
      resolveWhereDeclared(items[index] ?? null, item, secrets),
    );
  }
  const fields = rendered as JsonObject;
  const entries = Object.entries(declared as JsonObject);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, resolveWhereDeclared(fields[key] ?? null, value, secrets)]),
  );
}
