import type { WebhookConfig } from '../definitions/definition.ts';
import { toMessage } from '../errors.ts';
import type { EventAttributes } from '../event.ts';
import type { FailureReason } from '../journal/delivery.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { SecretError } from '../secrets/reference.ts';
import type { HookSecrets } from '../secrets/secrets.ts';
import { TemplateRenderError } from '../template/render-cost.ts';
import { type AuthorizedParts, createAuthorizedSend } from './authorize.ts';
import type { Route } from './connections.ts';
import type { HandlerResult } from './handler.ts';
import { RequestError, type RequestHeaders } from './headers.ts';
import type { Incoming } from './http-client.ts';
import { AuthError } from './oauth-tokens.ts';
import { resolveUrl } from './resolve-url.ts';
import { classifyStatus, classifyTransport, toRetryAt } from './retry.ts';
import { signKong, signStandard } from './signature.ts';
import { parseSigningKey } from './signing-key.ts';
import { passTraceOn } from './trace-headers.ts';

/** What requests are sent with. */
export interface SenderParts extends AuthorizedParts {}

/** A request as its handler wants it, before signatures. */
export interface RequestPlan {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestHeaders;
  readonly body: string | Buffer | null;
}

/** A request's sending: whose it is and which delivery it is for. */
export interface Sending {
  readonly hook: LiveHook;
  readonly config: Pick<WebhookConfig, 'secret' | 'signature' | 'ssl_verify' | 'tls' | 'proxy' | 'auth'>;
  /** Goes out as webhook-id. */
  readonly deliveryId: string;
  /** What else came with the event: the request goes on with its trace. */
  readonly attributes: EventAttributes | null;
  /** Makes the request; what it throws becomes the result. */
  readonly plan: () => RequestPlan;
}

/** Signs and sends a request and makes a result of what comes back. Never throws, and no secret is in the result. */
export type Send = (sending: Sending) => Promise<HandlerResult>;

/** Creates the sender of both kinds of webhook. */
export function createSend(parts: SenderParts): Send {
  const { secrets, clock } = parts;
  const sendAs = createAuthorizedSend(parts);
  return async ({ hook, config, deliveryId, attributes, plan }) => {
    const startedAt = clock.now();
    const elapsed = (): number => Math.max(0, clock.now() - startedAt);
    try {
      const request = plan();
      passTraceOn(request.headers, attributes);
      const timestamp = String(Math.floor(startedAt / 1000));
      sign(request, { id: deliveryId, timestamp, config, secrets });
      const { method, url, headers, body } = request;
      const timeoutMs = hook.definition.timeout * 1000;
      const route = toRoute(config, secrets);
      const outgoing = { method, url, headers: headers.toObject(), body, timeoutMs, ...route };
      const incoming = await sendAs(outgoing, config.auth);
      return toResult(incoming, { secrets, durationMs: elapsed(), now: clock.now() });
    } catch (error) {
      return { ...toFailure(error), error: secrets.redact(toMessage(error)), durationMs: elapsed() };
    }
  };
}

interface SigningContext extends Pick<Sending, 'config'> {
  readonly id: string;
  readonly timestamp: string;
  readonly secrets: HookSecrets;
}

/** Sets the headers of Standard Webhooks, and those of signatures where there is something to sign. */
function sign({ headers, body }: RequestPlan, { id, timestamp, config, secrets }: SigningContext): void {
  headers.set('webhook-id', id).set('webhook-timestamp', timestamp);
  if (body === null || body.length === 0) return;
  const keys = [config.secret ?? []].flat().map((secret) => parseSigningKey(secrets.resolve(secret)));
  const shared = keys.find((key) => key.kind === 'shared');
  if (shared !== undefined)
    headers.set('x-kong-signature', signKong({ secret: shared.text, body }, config.signature));
  if (keys.length > 0) headers.set('webhook-signature', signStandard(keys, { id, timestamp, body }));
}

/** Resolved for every request, so that a file of certificates may change. */
function toRoute({ ssl_verify: verify, tls, proxy }: Sending['config'], secrets: HookSecrets): Route {
  const resolve = (text: string | null): string | null => (text === null ? null : secrets.resolve(text));
  return {
    verify,
    tls: tls === null ? null : { ca: resolve(tls.ca), cert: resolve(tls.cert), key: resolve(tls.key) },
    proxy: proxy === null ? null : resolveUrl(proxy, 'config.proxy', secrets),
  };
}

interface ResultContext {
  readonly secrets: HookSecrets;
  readonly durationMs: number;
  readonly now: number;
}

function toResult(incoming: Incoming, { secrets, durationMs, now }: ResultContext): HandlerResult {
  if (incoming.kind === 'error') {
    const { reason, message } = incoming;
    return { kind: classifyTransport(reason), reason, error: secrets.redact(message), durationMs };
  }
  const { status } = incoming;
  const kind = classifyStatus(status);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, secrets.redact(value)]),
  );
  const retryAt = toRetryAt(headers['retry-after'], now);
  return {
    kind,
    status,
    headers,
    body: secrets.redact(incoming.body),
    cutOff: incoming.cutOff,
    ...(kind === 'success' ? {} : { reason: toStatusReason(kind), error: `receiver answered ${status}` }),
    ...(retryAt === null ? {} : { retryAt }),
    durationMs,
  };
}

/** Of all statuses only the one that says "gone" is final. */
function toStatusReason(kind: 'retry' | 'failure'): FailureReason {
  return kind === 'failure' ? 'gone' : 'status';
}

/** A secret may be put in place later; a request that cannot be built stays so until the definition changes. */
function toFailure(error: unknown): Pick<HandlerResult, 'kind' | 'reason' | 'retryAt'> {
  if (error instanceof AuthError) return toAuthFailure(error);
  if (error instanceof SecretError) return { kind: 'retry', reason: 'secret' };
  const isFinal = error instanceof RequestError || error instanceof TemplateRenderError;
  return { kind: isFinal ? 'failure' : 'retry', reason: 'request' };
}

/** A token server may be back later, one that may not be asked will not. */
function toAuthFailure({ reason, retryAt }: AuthError): Pick<HandlerResult, 'kind' | 'reason' | 'retryAt'> {
  const kind = reason === 'auth' ? 'retry' : classifyTransport(reason);
  return { kind, reason, ...(retryAt === null ? {} : { retryAt }) };
}
