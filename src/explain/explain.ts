import { setImmediate } from 'node:timers/promises';
import { OWN_SOURCE } from '../catalogue/built-in.ts';
import { toSeenEvent } from '../catalogue/change-names.ts';
import { type Clock, toTime } from '../clock.ts';
import type { Lane } from '../deliver/lane.ts';
import type { HookEvent } from '../event.ts';
import { toGateCheck, toUnique } from '../gate/check.ts';
import { createDigest } from '../gate/digest.ts';
import type { GateState } from '../gate/gate.ts';
import { createGates } from '../gate/gates.ts';
import { createLookUp } from '../intake/look-up.ts';
import { findRefusal } from '../intake/to-event.ts';
import type { RecordedEvent } from '../journal/delivery.ts';
import type { Journal } from '../journal/journal.ts';
import { matchHooks } from '../match/match.ts';
import type { LiveHook } from '../reconcile/snapshot.ts';
import type { LiveSnapshot } from '../registry/registry.ts';
import { type AskedHook, explainHook, type HookContext } from './explain-hook.ts';
import { explainMismatch } from './explain-mismatch.ts';
import type { Explanation, HookExplanation } from './explanation.ts';
import { toOtherEnds } from './recorded-end.ts';
import type { TryOut } from './try-out.ts';

/** What is asked. */
export interface ExplainQuestion {
  readonly snapshot: LiveSnapshot;
  /** Whether a server serves the snapshot. */
  readonly isServed: boolean;
  readonly event: HookEvent;
  /** The same as it came in; null: it did not. */
  readonly recorded: RecordedEvent | null;
  /** The only hook that is asked; null: all are. */
  readonly hook: LiveHook | null;
}

/** Explains what hooks make of an event. Nothing is kept, counted or sent. */
export type Explain = (question: ExplainQuestion) => Promise<Explanation>;

/** What explaining works with. */
export interface ExplainParts {
  readonly isGone: (hook: LiveHook) => boolean;
  /** Null: there is no journal, so that nothing is known of what came before. */
  readonly gateStates: Journal['gateStates'] | null;
  /** Lanes that have something to say. */
  readonly lanes: () => readonly Lane[];
  readonly tryOut: TryOut;
  readonly clock: Clock;
}

/** For how long deliveries may be held up before there is a pause, ms: what one hook takes depends on the event's size. */
const MAX_HOLD_MS = 10;
/** Hooks whose requests are made for one question: each is rendered, signed and looked through. */
const MAX_REQUESTS = 200;

/** Creates what explains events. */
export function createExplain({ isGone, gateStates, lanes, tryOut, clock }: ExplainParts): Explain {
  const gates = createGates(isGone);
  return async (question) => {
    const { snapshot, event, recorded, hook, isServed } = question;
    const at = clock.now();
    const matching = new Set(matchHooks(snapshot.index, event));
    const hooks = hook === null ? snapshot.hooks : [hook];
    const matched = hooks.filter((one) => matching.has(one));
    const others = hooks.filter((one) => !matching.has(one));
    const refused = findRefused(question);
    const asked = await readStates(toAsked(matched, question, at), gateStates);
    const lanesById = new Map(lanes().map((lane) => [lane.hookId, lane]));
    const { id, source, event: name, time } = event;
    return {
      event: { id, source, event: name, time },
      revision: isServed ? snapshot.revision : null,
      at: toTime(at),
      refused: refused === null ? null : { message: refused.message, hint: refused.hint },
      recorded: toRecorded(question),
      hooks: [
        ...(await explainEach(asked, { gates, recorded, at, lanes: lanesById, tryOut })),
        ...others.map((other) => explainMismatch(other, { event, recorded, isKnown: refused === null })),
      ],
    };
  };
}

async function explainEach(
  asked: readonly AskedHook[],
  context: HookContext,
): Promise<readonly HookExplanation[]> {
  const hooks: HookExplanation[] = [];
  let since = performance.now();
  for (const [index, one] of asked.entries()) {
    if (performance.now() - since > MAX_HOLD_MS) {
      await setImmediate();
      since = performance.now();
    }
    hooks.push(await explainHook(one, index < MAX_REQUESTS ? context : { ...context, tryOut: null }));
  }
  return hooks;
}

function toRecorded({ recorded, hook, snapshot }: ExplainQuestion): Explanation['recorded'] {
  if (recorded === null) return null;
  const { acceptedAt, revision } = recorded;
  const others = hook === null ? toOtherEnds(recorded, snapshot.index) : [];
  return { accepted_at: toTime(acceptedAt), revision, others };
}

/** Hookline's own events come in by no request, so none is refused; and one that came in was not. */
function findRefused({ event, recorded, snapshot }: ExplainQuestion): ReturnType<typeof findRefusal> {
  if (recorded !== null || event.source === OWN_SOURCE) return null;
  return findRefusal(event, createLookUp(snapshot.catalogue));
}

/** What is asked of hooks that match, before it is known what came before. */
function toAsked(
  hooks: readonly LiveHook[],
  { event, snapshot }: ExplainQuestion,
  at: number,
): readonly Omit<AskedHook, 'state'>[] {
  const unique = toUnique(snapshot.catalogue, event);
  const digest = createDigest(event.data, unique);
  return hooks.map((hook) => {
    const seen = toSeenEvent(event, hook.definition.event);
    return { hook, seen, unique, check: toGateCheck(hook, seen, { digest, at }) };
  });
}

/** All states are read at once: so they are of one moment. */
async function readStates(
  asked: readonly Omit<AskedHook, 'state'>[],
  gateStates: ExplainParts['gateStates'],
): Promise<readonly AskedHook[]> {
  if (gateStates === null) return asked.map((one) => ({ ...one, state: 'unknown' }));
  const keys = [...new Set(asked.flatMap(({ check }) => check?.key ?? []))];
  const states = keys.length === 0 ? [] : await gateStates(keys);
  const byKey = new Map<string | undefined, GateState | null>(
    keys.map((key, index) => [key, states[index] ?? null]),
  );
  return asked.map((one) => ({ ...one, state: byKey.get(one.check?.key) ?? null }));
}
