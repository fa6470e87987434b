import { describe, expect, it } from 'vitest';
import type { RetryDefinition } from '../../src/definitions/definition.ts';
import {
  type AttemptFacts,
  classifyStatus,
  classifyTransport,
  DEFAULT_SCHEDULE_S,
  nextStep,
  planAttempts,
  toRetryAt,
} from '../../src/deliver/retry.ts';
import { START } from '../helpers/held-clock.ts';

const NONE: RetryDefinition = {
  attempts: null,
  schedule: null,
  initial: null,
  factor: null,
  max: null,
  jitter: null,
  budget: null,
};
const DAY_MS = 24 * 3_600_000;

function step(facts: Partial<AttemptFacts>): ReturnType<typeof nextStep> {
  return nextStep({
    retry: null,
    handler: 'webhook',
    tries: 1,
    since: START,
    result: { kind: 'retry' },
    now: START,
    random: () => 0.5,
    ...facts,
  });
}

function waits(retry: RetryDefinition | null, random = 0.5): readonly number[] {
  const seconds: number[] = [];
  for (let tries = 1; ; tries += 1) {
    const next = step({ retry, tries, random: () => random });
    if (next.kind !== 'retry') return seconds;
    seconds.push((next.dueAt - START) / 1000);
  }
}

describe('classifyTransport()', () => {
  it.each([
    ['timeout', 'retry'],
    ['dns', 'retry'],
    ['connect', 'retry'],
    ['tls', 'retry'],
    ['transport', 'retry'],
    ['secret', 'retry'],
    ['egress_refused', 'failure'],
  ] as const)('takes %s for %s', (reason, kind) => {
    expect(classifyTransport(reason)).toBe(kind);
  });
});

describe('classifyStatus()', () => {
  it.each([
    [200, 'success'],
    [201, 'success'],
    [202, 'success'],
    [204, 'success'],
    [299, 'success'],
    [300, 'retry'],
    [301, 'retry'],
    [302, 'retry'],
    [304, 'retry'],
    [307, 'retry'],
    [400, 'retry'],
    [401, 'retry'],
    [403, 'retry'],
    [404, 'retry'],
    [408, 'retry'],
    [409, 'retry'],
    [422, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [410, 'failure'],
    [500, 'retry'],
    [501, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [599, 'retry'],
  ] as const)('takes %i as %s', (status, kind) => {
    expect(classifyStatus(status)).toBe(kind);
  });
});

describe('nextStep()', () => {
  it('waits 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h and 10 h, then gives up', () => {
    expect(waits(null)).toEqual([5, 30, 120, 600, 1800, 7200, 18_000, 36_000]);
    expect(step({ tries: DEFAULT_SCHEDULE_S.length + 1 })).toEqual({ kind: 'exhausted' });
  });

  it('spreads each wait by 20 % to either side', () => {
    expect(waits(null, 0)[0]).toBe(4);
    expect(waits(null, 1)[0]).toBe(6);
  });

  it('follows the schedule of a hook, and repeats its last wait for more attempts', () => {
    expect(waits({ ...NONE, schedule: [1, 2], jitter: 0 })).toEqual([1, 2]);
    expect(waits({ ...NONE, schedule: [1, 2], attempts: 5, jitter: 0 })).toEqual([1, 2, 2, 2]);
    expect(waits({ ...NONE, attempts: 1 })).toEqual([]);
  });

  it('grows from initial by factor up to max', () => {
    expect(waits({ ...NONE, initial: 1, factor: 3, max: 20, attempts: 6, jitter: 0 })).toEqual([
      1, 3, 9, 20, 20,
    ]);
  });

  it('honours Retry-After between its own wait and a day', () => {
    const at = (retryAt: number): unknown => step({ result: { kind: 'retry', retryAt } });
    expect(at(START + 1_000)).toEqual({ kind: 'retry', dueAt: START + 5_000 });
    expect(at(START + 60_000)).toEqual({ kind: 'retry', dueAt: START + 60_000 });
    expect(at(START + 9 * DAY_MS)).toEqual({ kind: 'retry', dueAt: START + DAY_MS });
  });

  it('makes no try that would begin after the budget', () => {
    const retry = { ...NONE, schedule: [60], attempts: 10, jitter: 0, budget: 90 };
    expect(step({ retry, tries: 1 })).toEqual({ kind: 'retry', dueAt: START + 60_000 });
    expect(step({ retry, tries: 2, now: START + 60_000 })).toEqual({ kind: 'exhausted' });
    expect(step({ retry, tries: 2, since: START + 60_000, now: START + 60_000 }).kind).toBe('retry');
  });

  it('ends with success, and with failure whatever is left', () => {
    expect(step({ result: { kind: 'success' } })).toEqual({ kind: 'succeeded' });
    expect(step({ result: { kind: 'failure' } })).toEqual({ kind: 'failed' });
  });

  it('never retries a log, and a lambda only when its hook says so', () => {
    expect(step({ handler: 'log', retry: NONE })).toEqual({ kind: 'failed' });
    expect(step({ handler: 'lambda' })).toEqual({ kind: 'failed' });
    expect(step({ handler: 'lambda', retry: NONE }).kind).toBe('retry');
  });
});

describe('toRetryAt()', () => {
  it.each([
    [undefined, null],
    ['120', START + 120_000],
    ['Thu, 01 Jan 2026 00:02:00 GMT', START + 120_000],
    ['soon', null],
  ])('reads %s', (header, expected) => {
    expect(toRetryAt(header, START)).toBe(expected);
  });
});

describe('planAttempts()', () => {
  const offsets = (retry: RetryDefinition | null, handler: AttemptFacts['handler'] = 'webhook') =>
    planAttempts({ retry, handler }).offsetsMs.map((ms) => ms / 1000);

  it('is when nextStep() has each attempt made, if all fail at once', () => {
    expect(offsets(null)).toEqual([0, 5, 35, 155, 755, 2_555, 9_755, 27_755, 63_755]);
    expect(offsets({ ...NONE, schedule: [1, 2], attempts: 4 })).toEqual([0, 1, 3, 5]);
    expect(offsets({ ...NONE, initial: 1, factor: 3, max: 5, attempts: 4 })).toEqual([0, 1, 4, 9]);
    expect(offsets({ ...NONE, schedule: [10], attempts: 100, budget: 25 })).toEqual([0, 10, 20]);
  });

  it('is one attempt where there is no other', () => {
    expect(offsets({ ...NONE, attempts: 1 })).toEqual([0]);
    expect(offsets(null, 'log')).toEqual([0]);
    expect(offsets(null, 'lambda')).toEqual([0]);
    expect(offsets({ ...NONE, attempts: 2 }, 'lambda')).toEqual([0, 5]);
  });

  it('says how far chance goes', () => {
    expect(planAttempts({ retry: null, handler: 'webhook' }).jitter).toBe(0.2);
    expect(planAttempts({ retry: { ...NONE, jitter: 0 }, handler: 'webhook' }).jitter).toBe(0);
  });
});
