import { OWN_SOURCE } from '../catalogue/built-in.ts';
import type { Clock } from '../clock.ts';
import type { HandlerName } from '../definitions/definition.ts';
import type { Handler, HandlerCall, HandlerResult } from '../deliver/handler.ts';
import { verifyStandardSignature } from '../deliver/signature.ts';
import type { HookEvent, Json } from '../event.ts';
import type { Delivery } from '../journal/delivery.ts';
import type { Appended } from '../journal/entry.ts';
import type { Logger } from '../logger.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { describeAnswer } from './answers.ts';
import { type Happening, type Happenings, relabel } from './happening.ts';
import type { ReceivedRequest, SentRequest } from './receiver.ts';

/** What an observer works with. */
export interface ObserverParts {
  readonly clock: Clock;
  readonly secrets: Pick<Secrets, 'resolve'>;
}

/** Sees what happens in a test. */
export interface Observer {
  /** The same handlers, watched. */
  watch(handlers: Handlers): Handlers;
  /** For handlers: what hooks write to the log. */
  readonly logger: Pick<Logger, 'info'>;
  /** The hook whose delivery is under way. */
  hookOf(deliveryId: string): string;
  sent(deliveryId: string, request: SentRequest): void;
  appended(events: readonly HookEvent[], appended: readonly Appended[]): void;
  refused(id: string, message: string): void;
  /** All that happened, with the deliveries there are at the end, the first one first. */
  finish(deliveries: readonly Delivery[]): Happenings;
}

type Handlers = Readonly<Record<HandlerName, Handler>>;

/** A run of a handler. */
interface Run {
  readonly hook: LiveHook;
  readonly call: HandlerCall;
  readonly attempt: number;
  /** ms since the start. */
  readonly at: number;
  readonly requests: SentRequest[];
  result: HandlerResult | null;
}

/** An observer of a test that starts now. */
export function createObserver({ clock, secrets }: ObserverParts): Observer {
  const start = clock.now();
  const runs: Run[] = [];
  const lastRuns = new Map<string, Run>();
  const stopped: Happening[] = [];
  const logs: Happening[] = [];
  const refused: Happening[] = [];
  /** Ids of Hookline's own events. */
  const ownIds: string[] = [];
  const now = (): number => clock.now() - start;

  function log(fields: object): void {
    const { hook, source, event, data, output } = fields as Readonly<Record<string, Json>>;
    const said = output === undefined ? { data: data ?? null } : { output };
    logs.push({ hook: String(hook), at: now(), source: source ?? null, event: event ?? null, ...said });
  }

  function watchOne(handler: Handler): Handler {
    return {
      async run(hook, call) {
        const attempt = (lastRuns.get(call.deliveryId)?.attempt ?? 0) + 1;
        const run: Run = { hook, call, attempt, at: now(), requests: [], result: null };
        runs.push(run);
        lastRuns.set(call.deliveryId, run);
        run.result = await handler.run(hook, call);
        return run.result;
      },
    };
  }

  return {
    watch: (handlers) => ({
      webhook: watchOne(handlers.webhook),
      'webhook-custom': watchOne(handlers['webhook-custom']),
      log: watchOne(handlers.log),
      lambda: watchOne(handlers.lambda),
    }),
    logger: { info: log },
    hookOf: (deliveryId) => lastRuns.get(deliveryId)?.hook.definition.name ?? '',
    sent: (deliveryId, request) => void lastRuns.get(deliveryId)?.requests.push(request),
    appended(events, results) {
      for (const [index, result] of results.entries()) {
        const { id = '', source } = events[index] ?? {};
        if (source === OWN_SOURCE) ownIds.push(id);
        for (const { hookName: hook, reason } of result.kind === 'accepted' ? result.stops : [])
          stopped.push({ hook, at: now(), id, reason });
      }
    },
    refused: (id, message) => void refused.push({ at: now(), id, message }),
    finish(deliveries) {
      const happenings = {
        requests: runs.flatMap((run) => run.requests.map((sent) => toRequest(run, sent, secrets))),
        stopped,
        deliveries: deliveries.map((delivery) => toDelivery(delivery, start)),
        logs,
        results: runs.flatMap((run) => (run.hook.definition.handler === 'lambda' ? [toResult(run)] : [])),
        refused,
        unsent: runs.flatMap(toUnsent),
      };
      return relabel(happenings, toLabels(deliveries, ownIds));
    },
  };
}

/** Ids that differ from run to run, by what they are called instead: in the order they were given out. */
function toLabels(deliveries: readonly Delivery[], ownIds: readonly string[]): ReadonlyMap<string, string> {
  return new Map([
    ...deliveries.map(({ id }, index) => [id, `delivery-${index + 1}`] as const),
    ...ownIds.map((id, index) => [id, `hookline-${index + 1}`] as const),
  ]);
}

function about({ hook, call, at, attempt }: Run): Happening {
  return { hook: hook.definition.name, at, id: call.id, attempt };
}

function toRequest(
  run: Run,
  { answer, received }: SentRequest,
  secrets: Pick<Secrets, 'resolve'>,
): Happening {
  const json = parse(received.body);
  return {
    ...about(run),
    ...received,
    ...(json === undefined ? {} : { json }),
    signed: isSigned(run.hook, received, secrets),
    answer: describeAnswer(answer),
  };
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function isSigned(
  { definition }: LiveHook,
  { headers, body }: ReceivedRequest,
  secrets: Pick<Secrets, 'resolve'>,
): boolean {
  const signature = headers['webhook-signature'];
  if (signature === undefined || !('secret' in definition.config)) return false;
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = headers;
  const keys = [definition.config.secret ?? []].flat().map((secret) => secrets.resolve(secret));
  return (
    keys.length > 0 && keys.every((key) => verifyStandardSignature({ id, timestamp, body, signature }, key))
  );
}

function toResult(run: Run): Happening {
  const { result = null, error = null, output = '' } = run.result ?? {};
  return { ...about(run), ...(error === null ? { result } : {}), error, output };
}

/** Attempts that ended before there was a request to send, of handlers that send one. */
function toUnsent(run: Run): readonly Happening[] {
  const { handler } = run.hook.definition;
  if (run.requests.length > 0 || run.result === null || handler === 'log' || handler === 'lambda') return [];
  const { reason = null, error = null } = run.result;
  return [{ ...about(run), reason, error }];
}

function toDelivery(delivery: Delivery, start: number): Happening {
  const { hookName: hook, eventId: id, createdAt, state, attempts, reason } = delivery;
  const { lastStatus: status, lastError: error } = delivery;
  return { hook, at: createdAt - start, id, state, attempts, reason, status, error };
}
