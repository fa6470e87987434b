import { align } from './align.ts';
import type { Difference } from './compare.ts';
import { toMs } from './duration.ts';
import { findMisfits } from './expectation.ts';
import {
  describeHappening,
  type Happening,
  type Happenings,
  type TimelineEntry,
  toTimeline,
} from './happening.ts';
import {
  type Duration,
  type Expectation,
  HAPPENING_KINDS,
  type HappeningKind,
  type TestCase,
} from './hook-test.ts';

/** Something a test expected and that is not so, or the other way round. */
export interface Failure {
  /** Where in the test it is expected, as keys and indexes. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint: string | null;
  /** Of what was expected, as far as something came in its place. */
  readonly differences: readonly Difference[];
  /** What happened about then, in order. */
  readonly near: readonly TimelineEntry[];
}

/** What a test expects of, with the names of the hooks that are live in it. */
export interface CheckedCase {
  readonly test: Pick<TestCase, 'exactly' | 'snapshot' | 'expect'>;
  readonly hooks: readonly string[];
}

/** Things that happened that are shown beside a failure. */
const MAX_NEAR = 6;
const NO_HOOK = '';

const WORDS: Readonly<Record<HappeningKind, { readonly noun: string; readonly missing: string }>> = {
  requests: { noun: 'request', missing: 'was not sent' },
  stopped: { noun: 'stopped event', missing: 'was not stopped' },
  deliveries: { noun: 'delivery', missing: 'was not made' },
  logs: { noun: 'log line', missing: 'was not written' },
  results: { noun: 'result', missing: 'did not come' },
  refused: { noun: 'refused event', missing: 'was not refused' },
};

/** Holds what happened against what a test expects: every failure, in the order of what is expected. */
export function checkCase({ test, hooks }: CheckedCase, happenings: Happenings): Failure[] {
  const only = hooks.length === 1 ? (hooks[0] ?? NO_HOOK) : NO_HOOK;
  return HAPPENING_KINDS.flatMap((kind) => {
    const entries = (test.expect[kind] ?? []).map((expectation, index) => ({
      expectation,
      path: ['expect', kind, index],
    }));
    const expected = Map.groupBy(entries, ({ expectation }) =>
      kind === 'refused' ? NO_HOOK : (expectation.hook ?? only),
    );
    const actual = Map.groupBy(happenings[kind], ({ hook = NO_HOOK }) => hook);
    const names = new Set([...expected.keys(), ...actual.keys()]);
    return [...names].flatMap((hook) =>
      checkKind(
        { kind, hook, happenings, exactly: isExact(test, kind) },
        { expected: expected.get(hook) ?? [], actual: actual.get(hook) ?? [] },
      ),
    );
  });
}

/** What a test says nothing of may happen, but for what it would be wrong to overlook. */
function isExact({ exactly, snapshot, expect }: CheckedCase['test'], kind: HappeningKind): boolean {
  if (expect[kind] !== undefined) return exactly;
  return kind === 'refused' || (kind === 'requests' && exactly && !snapshot);
}

/** An expectation, and where it is written. */
interface Placed {
  readonly expectation: Expectation;
  readonly path: Failure['path'];
}

interface Context {
  readonly kind: HappeningKind;
  /** Empty: of no hook. */
  readonly hook: string;
  readonly happenings: Happenings;
  readonly exactly: boolean;
}

interface Lists {
  readonly expected: readonly Placed[];
  readonly actual: readonly Happening[];
}

function checkKind(context: Context, { expected, actual }: Lists): readonly Failure[] {
  const pairs = align(expected, actual, ({ expectation }, one) => findMisfits(expectation, one).length === 0);
  const failures = pairs.flatMap(([placed, one]) =>
    placed === undefined ? [] : checkOne(context, placed, { one, number: expected.indexOf(placed) + 1 }),
  );
  const unexpected = pairs.flatMap(([placed, one]) =>
    placed === undefined && one !== undefined ? [one] : [],
  );
  return context.exactly ? [...failures, ...toUnexpected(context, unexpected)] : failures;
}

function checkOne(
  context: Context,
  { expectation, path }: Placed,
  { one, number }: { readonly one: Happening | undefined; readonly number: number },
): readonly Failure[] {
  const { noun, missing } = WORDS[context.kind];
  const name = `${noun[0]?.toUpperCase()}${noun.slice(1)} ${number}${toWhose(context)}`;
  if (one === undefined) {
    const message = `${name} ${missing}`;
    const at = expectation.at === undefined ? null : toMs(expectation.at as Duration);
    return [{ path, message, hint: null, differences: [], near: findNear(context, at) }];
  }
  const differences = findMisfits(expectation, one);
  const [first] = differences;
  if (first === undefined) return [];
  const message = `${name} is not as expected`;
  return [
    { path: [...path, ...first.path], message, hint: null, differences, near: findNear(context, one.at) },
  ];
}

function toUnexpected(context: Context, unexpected: readonly Happening[]): readonly Failure[] {
  const { kind } = context;
  const [first] = unexpected;
  if (first === undefined) return [];
  const { length } = unexpected;
  const { noun } = WORDS[kind];
  const subject = length === 1 ? `A ${noun}` : `${length} times a ${noun}`;
  const which = describeHappening(kind, first);
  return [
    {
      path: ['expect', kind],
      message: `${subject}${toWhose(context)} that is not expected: ${length === 1 ? '' : 'first '}${which}`,
      hint: `Add what is meant to expect.${kind}, or say exactly: false`,
      differences: [],
      near: findNear(context, first.at),
    },
  ];
}

function toWhose({ hook }: Context): string {
  return hook === NO_HOOK ? '' : ` of "${hook}"`;
}

/** What happened to a hook about a time; to all hooks when nothing happened to it. */
function findNear({ happenings, hook }: Context, at: number | null): readonly TimelineEntry[] {
  const own = toTimeline(happenings, hook === NO_HOOK ? null : hook);
  const entries = own.length > 0 ? own : toTimeline(happenings, null);
  if (at === null || entries.length <= MAX_NEAR) return entries.slice(0, MAX_NEAR);
  const later = entries.findIndex((entry) => entry.at >= at);
  const first = later === -1 ? entries.length : later;
  const from = Math.min(Math.max(0, first - MAX_NEAR / 2), entries.length - MAX_NEAR);
  return entries.slice(from, from + MAX_NEAR);
}
