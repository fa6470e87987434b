import type { Clock } from '../../src/clock.ts';
import type { HandlerName, WebhookConfig, WebhookCustomConfig } from '../../src/definitions/definition.ts';
import type { FindSource } from '../../src/deliver/content.ts';
import type { HandlerCall, HandlerResult } from '../../src/deliver/handler.ts';
import { createHttpClient } from '../../src/deliver/http-client.ts';
import { createOauthTokens } from '../../src/deliver/oauth-tokens.ts';
import { createPing, type Ping } from '../../src/deliver/ping.ts';
import { createSend, type SenderParts } from '../../src/deliver/sender.ts';
import { createWebhookHandler } from '../../src/deliver/webhook.ts';
import { createWebhookCustomHandler } from '../../src/deliver/webhook-custom.ts';
import { compileRequestTemplates } from '../../src/reconcile/compile-templates.ts';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import { toEgress } from './egress.ts';
import { createHeldClock } from './held-clock.ts';
import { toLiveHook, WEBHOOK_CONFIG } from './live-hook.ts';
import { type RecordedRequest, type RecordingServer, startRecordingServer } from './recording-server.ts';

/** Both kinds of webhook over a real client, with a receiver that keeps what it gets. */
export interface Webhooks extends AsyncDisposable {
  readonly receiver: RecordingServer;
  readonly ping: Ping;
  /** Runs a hook's handler once. */
  run(hook: LiveHook, call?: Partial<HandlerCall>): Promise<HandlerResult>;
  /** Runs a webhook at the receiver and answers what that got. */
  send(config?: Partial<WebhookConfig>, call?: Partial<HandlerCall>): Promise<RecordedRequest>;
  /** Runs a custom webhook at the receiver and answers what that got. */
  sendCustom(config: Partial<WebhookCustomConfig>, call?: Partial<HandlerCall>): Promise<RecordedRequest>;
}

/** The reference's own event. */
export const CALL: HandlerCall = {
  deliveryId: '019ab000-0000-7000-8000-000000000001',
  data: { some: 'data' },
  event: 'some_event',
  source: 'some_source',
  id: 'event-1',
  time: '2026-01-01T00:00:00.000Z',
  attributes: null,
  pid: 7,
};

/** Starts a receiver and what sends to it. */
export async function startWebhooks({
  env = {},
  clock = createHeldClock(),
  findSource = () => null,
}: {
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly findSource?: FindSource;
} = {}): Promise<Webhooks> {
  const receiver = await startRecordingServer();
  const secrets = createSecrets({
    env,
    envAllow: null,
    fileRoot: '/nowhere',
    reserved: NOTHING_RESERVED,
  }).hooks;
  const httpClient = createHttpClient({ clock, egress: toEgress() });
  const tokens = createOauthTokens({ httpClient, secrets, clock });
  const parts: SenderParts = { httpClient, secrets, tokens, clock };
  const send = createSend(parts);
  const handlers = {
    webhook: createWebhookHandler({ send, secrets, findSource }),
    'webhook-custom': createWebhookCustomHandler({ send, secrets }),
  };
  const run = (hook: LiveHook, call: Partial<HandlerCall> = {}): Promise<HandlerResult> =>
    handlers[hook.definition.handler as Extract<HandlerName, `webhook${string}`>].run(hook, {
      ...CALL,
      ...call,
    });
  const received = async (hook: LiveHook, call: Partial<HandlerCall> = {}): Promise<RecordedRequest> => {
    const result = await run(hook, call);
    const request = receiver.requests.at(-1);
    if (request === undefined) throw new Error(`Cannot see the request: ${result.error}`);
    return request;
  };
  return {
    receiver,
    run,
    ping: createPing({ ...parts, findSource }),
    send: (config = {}, call = {}) => received(toWebhook({ url: receiver.url, ...config }), call),
    sendCustom: (config, call = {}) => received(toCustomWebhook({ url: receiver.url, ...config }), call),
    async [Symbol.asyncDispose]() {
      await httpClient.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

/** A live hook of the handler `webhook`. Nothing of its definition can be changed. */
export function toWebhook(config: Partial<WebhookConfig>): LiveHook {
  return freeze(toLiveHook({ handler: 'webhook', config: { ...WEBHOOK_CONFIG, ...config } }));
}

/** A live hook of the handler `webhook-custom` with its templates compiled. Nothing of its definition can be changed. */
export function toCustomWebhook(overrides: Partial<WebhookCustomConfig>): LiveHook {
  const config: WebhookCustomConfig = {
    ...WEBHOOK_CONFIG,
    preset: null,
    method: 'POST',
    payload: null,
    payload_format: true,
    body: null,
    body_format: true,
    headers_format: false,
    ...overrides,
  };
  const { templates, findings } = compileRequestTemplates(config);
  if (findings.length > 0) throw new Error(`Cannot compile the templates: ${findings[0]?.message}`);
  return freeze(toLiveHook({ handler: 'webhook-custom', config }, { templates }));
}

/** Modules are strict: a write to what is frozen throws. */
function freeze(hook: LiveHook): LiveHook {
  freezeDeep(hook.definition);
  return Object.freeze(hook);
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freezeDeep);
}
