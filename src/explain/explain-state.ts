import { toTime } from '../clock.ts';
import { toDuration } from '../duration.ts';
import type { GateCheck, GateState, StatefulGate, StopReason } from '../gate/gate.ts';
import type { GateExplanation } from './explanation.ts';

/** What a gate with state is asked with besides its check. */
export interface StateContext {
  /** What is kept under the key of the check; `unknown` where no journal is. */
  readonly state: GateState | null | 'unknown';
  /** Fields that on_change compares; null: all data. */
  readonly unique: readonly string[] | null;
  /** What became of the event when it came in; null: it did not, or not for this hook. */
  readonly end: EventEnd | null;
}

/** What became of an event for a hook. */
export interface EventEnd {
  /** ms since the epoch. */
  readonly acceptedAt: number;
  /** Null: every gate let it through. */
  readonly stopped: StopReason | null;
}

type Said = Pick<GateExplanation, 'verdict' | 'detail'>;

/**
 * Explains a gate with state. What was let through since an event came in says nothing of that event any more: of one that is
 * recorded its own end tells.
 */
export function explainState(gate: StatefulGate, check: GateCheck, context: StateContext): GateExplanation {
  const said = judge(gate, check, context);
  return {
    gate: gate.name,
    verdict: said.verdict,
    reason: said.verdict === 'stop' ? gate.reason : null,
    detail: said.detail,
    last: toLast(gate, check, context.state),
  };
}

function judge(gate: StatefulGate, check: GateCheck, { state, unique, end }: StateContext): Said {
  if (gate.name === 'on_change' && check.snoozeMs > 0)
    return { verdict: 'pass', detail: `each content has a snooze of its own${toCompared(unique)}` };
  if (state === 'unknown') return { verdict: 'unknown', detail: toRule(gate, check) };
  return explainEnd(gate, check, { state, end }) ?? explainNow(gate, check, { state, unique });
}

function toLast(
  { name }: StatefulGate,
  check: GateCheck,
  state: StateContext['state'],
): GateExplanation['last'] {
  if (state === null || state === 'unknown') return null;
  const { eventId, passedAt } = state;
  const until = name === 'snooze' ? toTime(passedAt + check.snoozeMs) : null;
  return { event_id: eventId, passed_at: toTime(passedAt), until };
}

function toRule({ name }: StatefulGate, { snoozeMs }: GateCheck): string {
  return name === 'on_change'
    ? 'on the data of the event it let through before'
    : `on whether it let one through in the last ${toDuration(snoozeMs)}`;
}

function explainNow(
  gate: StatefulGate,
  check: GateCheck,
  { state, unique }: { readonly state: GateState | null; readonly unique: StateContext['unique'] },
): Said {
  const stops = gate.stops(check, state);
  const detail =
    gate.name === 'snooze'
      ? describeSnooze(check, state, stops)
      : `${describeChange(check, state, stops)}${toCompared(unique)}`;
  return { verdict: stops ? 'stop' : 'pass', detail };
}

function describeChange(check: GateCheck, state: GateState | null, stops: boolean): string {
  if (state === null) return 'none was let through before';
  const last = `${toEvent(state)}, let through ${toClock(state.passedAt, check.at)}`;
  return stops ? `the same data as ${last}` : `other data than ${last}`;
}

function describeSnooze(check: GateCheck, state: GateState | null, stops: boolean): string {
  if (state === null) return `it would mute ${toMuted(check)} for ${toDuration(check.snoozeMs)}`;
  const end = toClock(state.passedAt + check.snoozeMs, check.at);
  return stops ? `snoozed until ${end} by ${toEvent(state)}` : `the snooze by ${toEvent(state)} ended ${end}`;
}

/** What is said of an event that came in, by what became of it; null: nothing did at this gate. */
function explainEnd(
  gate: StatefulGate,
  check: GateCheck,
  { state, end }: { readonly state: GateState | null; readonly end: EventEnd | null },
): Said | null {
  if (end === null) return null;
  const { stopped, acceptedAt } = end;
  if (stopped === gate.reason)
    return { verdict: 'stop', detail: describeStop(gate, check, { state, acceptedAt }) };
  const isPassed = stopped === null || (stopped === 'snoozed' && gate.name === 'on_change');
  return isPassed ? { verdict: 'pass', detail: describePass(gate, check, { state, acceptedAt }) } : null;
}

interface Then {
  readonly state: GateState | null;
  readonly acceptedAt: number;
}

function describeStop(gate: StatefulGate, check: GateCheck, { state, acceptedAt }: Then): string {
  if (state === null) return 'what stopped it is not kept any more';
  if (state.passedAt > acceptedAt) return `it was stopped; ${toSince(check, state)}`;
  return gate.name === 'snooze' ? describeSnooze(check, state, true) : describeChange(check, state, true);
}

function describePass(gate: StatefulGate, check: GateCheck, { state, acceptedAt }: Then): string {
  if (state !== null && state.eventId === check.eventId)
    return gate.name === 'snooze' ? describeOwn(check, state) : 'it is what others are compared with';
  return state !== null && state.passedAt >= acceptedAt
    ? `it was let through; ${toSince(check, state)}`
    : 'it was let through';
}

/** The snooze by the event itself. */
function describeOwn(check: GateCheck, state: GateState): string {
  const end = state.passedAt + check.snoozeMs;
  return `it ${check.at < end ? 'mutes' : 'muted'} ${toMuted(check)} until ${toClock(end, check.at)}`;
}

/** With on_change beside it, a snooze is of one content. */
function toMuted({ onChange }: GateCheck): string {
  return onChange ? 'the same content' : 'others';
}

function toSince(check: GateCheck, state: GateState): string {
  return `since then, ${toClock(state.passedAt, check.at)}, ${toEvent(state)} was let through`;
}

function toEvent({ eventId }: GateState): string {
  return eventId === null ? 'an event' : `event ${eventId}`;
}

function toCompared(unique: StateContext['unique']): string {
  return unique === null ? '' : ` (compared: ${unique.join(', ')})`;
}

/** A time of day in UTC; with its date where that is another than the day it is asked for on. */
function toClock(ms: number, now: number): string {
  const [date, time] = toTime(ms).split(/[T.]/);
  return toTime(now).startsWith(`${date}T`) ? `${time}` : `${date} ${time}`;
}
