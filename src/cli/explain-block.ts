import { count } from '../count.ts';
import { toDuration } from '../duration.ts';
import type {
  AttemptTimes,
  GateExplanation,
  HookExplanation,
  OpenBreaker,
  RecordedEnd,
  ShortRequest,
} from '../explain/explanation.ts';
import type { Paint } from './print.ts';
import { toOneLine } from './printable.ts';
import { wrapAfter } from './wrap.ts';

/** Characters of a body that people are shown. */
const MAX_BODY_LENGTH = 200;
/** Columns of what a line is about. */
const LABEL_WIDTH = 9;
/** Waits that are listed. */
const MAX_WAITS = 12;

/** What one hook makes of an event, in lines of 80 columns. */
export function toHookBlock(hook: HookExplanation, paint: Paint): readonly string[] {
  const { recorded, unmatched, gates, request, attempts, handler } = hook;
  return [
    toHead(hook, paint),
    ...toRecordedRow(recorded),
    ...(unmatched === null ? [] : toRow('match', joinSentences(unmatched.message, unmatched.hint))),
    // That a receiver is not gone is what everybody thinks.
    ...gates.filter(({ gate, verdict }) => gate !== 'gone' || verdict === 'stop').flatMap(toGateRow),
    ...(request === null ? [] : toRequestRows(request)),
    ...(attempts === null ? [] : toRow(request === null ? handler : 'attempts', describeAttempts(attempts))),
    ...(attempts?.breaker == null ? [] : toRow('breaker', describeBreaker(attempts.breaker))),
  ];
}

/** What became of an event for a hook that is not live any more. */
export function toOtherBlock(
  { hook, ...end }: RecordedEnd & { readonly hook: string },
  paint: Paint,
): readonly string[] {
  return [
    `${paint('bold', toOneLine(hook))}: ${describeVerdict(end)}`,
    ...toRecordedRow(end),
    ...toRow('match', 'the hook is not live any more'),
  ];
}

/** A sentence with another that may be there. */
export function joinSentences(first: string, second: string | null): string {
  return second === null ? first : `${first}. ${second}`;
}

function toHead({ hook, outcome, reason, recorded, gates }: HookExplanation, paint: Paint): string {
  const name = paint('bold', toOneLine(hook));
  if (recorded !== null) return `${name}: ${describeVerdict(recorded)}`;
  switch (outcome) {
    case 'deliver':
      return `${name}: ${paint('green', 'would be delivered')}`;
    case 'stop':
      return `${name}: ${paint('yellow', `would be stopped (${reason})`)}`;
    case 'depends': {
      const unknown = gates.filter(({ verdict }) => verdict === 'unknown').map(({ gate }) => gate);
      return `${name}: would be delivered unless ${unknown.join(' or ')} stops it`;
    }
    case 'unmatched':
      return `${name}: not for this event`;
  }
}

function describeVerdict({ delivery, stopped }: RecordedEnd): string {
  if (delivery === null) return `was stopped (${stopped})`;
  const { state } = delivery;
  if (state === 'succeeded') return 'was delivered';
  const isOpen = state === 'pending' || state === 'parked';
  return isOpen ? `is not delivered yet (${state})` : `was not delivered (${state})`;
}

/** Of one that was stopped the head says all. */
function toRecordedRow(end: RecordedEnd | null): readonly string[] {
  if (end === null || end.delivery === null) return [];
  const {
    id,
    state,
    attempt_count: attempts,
    last_status: status,
    last_error: error,
    due_at: due,
  } = end.delivery;
  const parts = [
    `delivery ${id}: ${state} after ${count(Number(attempts), 'attempt')}`,
    ...(error === null && status !== null ? [`the last answered ${status}`] : []),
    ...(error === null ? [] : [`the last failed: ${error}`]),
    ...(due === null ? [] : [`due ${toMoment(String(due))}`]),
  ];
  return toRow('recorded', parts.join('; '));
}

/** A time as people read it: to the second, in UTC. */
export function toMoment(time: string): string {
  return time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, '');
}

const VERDICTS = { pass: 'passes', stop: 'stops', unknown: 'depends' } as const;

function toGateRow({ gate, verdict, detail }: GateExplanation): readonly string[] {
  return toRow(gate, `${VERDICTS[verdict]}: ${detail}`);
}

function toRequestRows(request: ShortRequest): readonly string[] {
  if ('error' in request) return toRow('request', `none: ${request.error}`);
  const { method, url, body, faults } = request;
  const text = body ?? '';
  const more = request.cut || text.length > MAX_BODY_LENGTH ? '…' : '';
  return [
    ...toRow('request', `${method} ${url}`),
    ...(text === '' ? [] : toRow('', `${text.slice(0, MAX_BODY_LENGTH).toWellFormed()}${more}`)),
    ...faults.flatMap((fault) => toRow('fault', fault)),
  ];
}

function describeAttempts({ at, jitter }: AttemptTimes): string {
  const [first = 0, ...others] = at.map((time) => Date.parse(time));
  if (others.length === 0) return 'once, without another try';
  const waits = others.slice(0, MAX_WAITS).map((time) => toDuration(time - first));
  const more = others.length > MAX_WAITS ? ` and ${others.length - MAX_WAITS} more` : '';
  const chance = jitter === 0 ? '' : `, each wait ±${Math.round(jitter * 100)}%`;
  return `at once; failing, again ${waits.join(', ')}${more} after that${chance}`;
}

function describeBreaker({ failures, probe_at: at }: OpenBreaker): string {
  return `open after ${count(failures, 'failure')} in a row: attempts wait until one succeeds, the next from ${toMoment(at)} on`;
}

function toRow(label: string, text: string): readonly string[] {
  return wrapAfter(`  ${label.padEnd(LABEL_WIDTH)}  `, toOneLine(text));
}
