import { toTime } from '../clock.ts';
import type { Lane } from '../deliver/lane.ts';
import { planAttempts } from '../deliver/retry.ts';
import type { HookEvent } from '../event.ts';
import type { GateCheck, StatelessGate } from '../gate/gate.ts';
import { createId } from '../id.ts';
import type { RecordedEvent } from '../journal/delivery.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import { explainGates } from './explain-gates.ts';
import type { EventEnd, StateContext } from './explain-state.ts';
import type { AttemptTimes, HookExplanation, OpenBreaker, RecordedEnd, ShortRequest } from './explanation.ts';
import { hideSignatures, toRequestView } from './made-request.ts';
import { toEnd } from './recorded-end.ts';
import type { TryOut } from './try-out.ts';

/** A hook an event is for, and what its gates are asked with. */
export interface AskedHook extends Omit<StateContext, 'end'> {
  readonly hook: LiveHook;
  /** The event as the hook knows it. */
  readonly seen: HookEvent;
  readonly check: GateCheck | null;
}

/** What all hooks are explained with. */
export interface HookContext {
  readonly gates: readonly StatelessGate[];
  readonly recorded: RecordedEvent | null;
  /** ms since the epoch. */
  readonly at: number;
  /** Lanes of all hooks. */
  readonly lanes: ReadonlyMap<string, Pick<Lane, 'breaker'>>;
  /** Null: there are too many hooks to make the request of each. */
  readonly tryOut: TryOut | null;
}

/** Characters of a body that are shown. */
const MAX_BODY_LENGTH = 1_000;

/** Explains a hook that an event is for. */
export async function explainHook(asked: AskedHook, context: HookContext): Promise<HookExplanation> {
  const { hook, seen } = asked;
  const { id, name, handler } = hook.definition;
  const end = toEnd(id, context.recorded);
  const gates = explainGates(hook, seen, { ...asked, ...context, end: toEventEnd(end, context.recorded) });
  const stop = gates.find(({ verdict }) => verdict === 'stop') ?? null;
  const isUnknown = gates.some(({ verdict }) => verdict === 'unknown');
  return {
    hook: name,
    hook_id: id,
    handler,
    outcome: stop !== null ? 'stop' : isUnknown ? 'depends' : 'deliver',
    reason: stop?.reason ?? null,
    unmatched: null,
    gates,
    request: stop === null ? await toShortRequest(asked, end, context) : null,
    attempts: stop === null ? toAttempts(hook, context) : null,
    recorded: end,
  };
}

function toEventEnd(end: RecordedEnd | null, recorded: RecordedEvent | null): EventEnd | null {
  return end === null || recorded === null ? null : { acceptedAt: recorded.acceptedAt, stopped: end.stopped };
}

/** Functions are not run: they may keep something for their next call. */
async function toShortRequest(
  { hook, seen }: AskedHook,
  end: RecordedEnd | null,
  { tryOut }: HookContext,
): Promise<ShortRequest | null> {
  const { handler } = hook.definition;
  if (handler === 'log' || handler === 'lambda') return null;
  if (tryOut === null) return { error: 'it is not made where there are so many: ask about this hook alone' };
  const { id } = end?.delivery ?? {};
  const deliveryId = typeof id === 'string' ? id : createId();
  const tried = await tryOut(hook, { ...seen, deliveryId, pid: process.pid });
  if (tried.kind === 'failed') return { error: tried.error };
  if (tried.kind !== 'request') return null;
  const { body, ...request } = toRequestView(hideSignatures(tried.request));
  const cut = body !== null && body.length > MAX_BODY_LENGTH;
  const shown = cut ? body.slice(0, MAX_BODY_LENGTH).toWellFormed() : body;
  return { ...request, body: shown, cut, faults: tried.faults };
}

function toAttempts({ definition }: LiveHook, { recorded, at, lanes }: HookContext): AttemptTimes {
  const { offsetsMs, jitter } = planAttempts(definition);
  const first = recorded?.acceptedAt ?? at;
  const breaker = toOpen(lanes.get(definition.id));
  return { at: offsetsMs.map((offset) => toTime(first + offset)), jitter, breaker };
}

function toOpen(lane: Pick<Lane, 'breaker'> | undefined): OpenBreaker | null {
  const { probeAt = null, failures = 0 } = lane?.breaker ?? {};
  return probeAt === null ? null : { failures, probe_at: toTime(probeAt) };
}
