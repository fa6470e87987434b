import { describe, expect, it } from 'vitest';
import { describeOutcome, toFitting } from '../../src/commit-status/description.ts';
import type { Problem } from '../../src/definitions/problem.ts';
import type { HeldFile } from '../../src/reconcile/held.ts';

const keep = (text: string): string => text;

function createProblem(problem: Partial<Problem>): Problem {
  return {
    code: 'unknown_key',
    severity: 'error',
    file: 'hooks/a.yaml',
    line: 3,
    column: 1,
    path: '',
    message: 'is not known',
    hint: null,
    ...problem,
  };
}

describe('describeOutcome()', () => {
  it('says what an applied commit changed', () => {
    const applied = { kind: 'applied', hooks: 12, created: 2, updated: 1, deleted: 1 } as const;
    expect(describeOutcome(applied)).toEqual({
      state: 'success',
      description: 'Applied: 12 hooks (2 created, 1 updated, 1 deleted)',
    });
    const same = { kind: 'applied', hooks: 1, created: 0, updated: 0, deleted: 0 } as const;
    expect(describeOutcome(same).description).toBe('Applied: 1 hook (none changed)');
  });

  it('says the first problems of a refused commit with their places, errors only', () => {
    const problems = [
      createProblem({}),
      createProblem({ severity: 'warning', file: 'warned.yaml' }),
      createProblem({ file: 'b.yaml', line: 1, column: 2, code: 'bad_value', message: 'is odd' }),
    ];
    expect(describeOutcome({ kind: 'refused', problems, partly: false })).toEqual({
      state: 'failure',
      description: '2 problems: hooks/a.yaml:3:1 unknown_key is not known; b.yaml:1:2 bad_value is odd',
    });
    expect(describeOutcome({ kind: 'refused', problems: [createProblem({})], partly: true })).toEqual({
      state: 'failure',
      description: '1 problem, the other files are live: hooks/a.yaml:3:1 unknown_key is not known',
    });
  });

  it('says what is served of a commit of which files are held back', () => {
    const held = [
      { owner: '', file: 'hooks/a.yaml', as: 'last_good' },
      { owner: '', file: 'hooks/b.yaml', as: 'left_out' },
    ] as const;
    const problems = [createProblem({})];
    const describeIsolated = (some: readonly HeldFile[]): string =>
      describeOutcome({ kind: 'isolated', problems, held: some }).description;
    const problem = 'hooks/a.yaml:3:1 unknown_key is not known';
    expect(describeIsolated(held)).toBe(
      `1 problem (1 file at the last good version, 1 left out): ${problem}`,
    );
    expect(describeIsolated(held.slice(0, 1))).toBe(
      `1 problem (1 file at the last good version): ${problem}`,
    );
    expect(describeIsolated(held.slice(1))).toBe(`1 problem (1 file left out): ${problem}`);
    expect(describeOutcome({ kind: 'isolated', problems, held }).state).toBe('failure');
  });

  it('counts every problem of many', () => {
    const problems = Array.from({ length: 10_000 }, () => createProblem({}));
    const { description } = describeOutcome({ kind: 'refused', problems, partly: false });
    expect(description).toMatch(/^10000 problems: /);
    expect(description.length).toBeLessThan(1_000);
  });

  it('says how a held commit is confirmed, in what GitHub takes', () => {
    const command = `hookline confirm main@sha1:${'4'.repeat(40)}`;
    const { state, description } = describeOutcome({ kind: 'held', by: null, removed: 11, of: 12, command });
    expect(state).toBe('failure');
    expect(description).toBe(`Held: removes 11 of 12 hooks; ${command}`);
    expect(description.length).toBeLessThanOrEqual(140);
  });

  it('tells what the commit is not to blame for from what it is', () => {
    expect(describeOutcome({ kind: 'pending' }).state).toBe('pending');
    expect(describeOutcome({ kind: 'live' }).state).toBe('success');
    expect(describeOutcome({ kind: 'failed', message: 'disk full' })).toEqual({
      state: 'error',
      description: 'Not applied: disk full',
    });
  });
});

describe('toFitting()', () => {
  it('leaves a text that fits as it is', () => {
    expect(toFitting('a'.repeat(140), { maxLength: 140, redact: keep })).toBe('a'.repeat(140));
  });

  it.each(['a', 'ö', '漢', '👍', '👍🏽', 'e\u0301', '🇩🇪'])(
    'cuts after a whole %s, whatever stands before it',
    (char) => {
      for (let before = 0; before < 6; before += 1) {
        const text = 'x'.repeat(before) + char.repeat(60);
        const fitting = toFitting(text, { maxLength: 50, redact: keep });
        expect(fitting.length).toBeLessThanOrEqual(50);
        expect(fitting.length).toBeGreaterThan(50 - 1 - char.length);
        expect(fitting.at(-1)).toBe('…');
        expect((fitting.length - 1 - before) % char.length).toBe(0);
        expect(text.startsWith(fitting.slice(0, -1))).toBe(true);
      }
    },
  );

  it('takes secrets out before it cuts, so that no part of one is left', () => {
    const redact = (text: string): string => text.replaceAll('s3cret-value', '[redacted]');
    const fitting = toFitting(`${'x'.repeat(10)}s3cret-value and more`, { maxLength: 16, redact });
    expect(fitting).not.toContain('s3');
  });

  it('is one line, whatever a file is called', () => {
    expect(toFitting('a\nb\u001b[31m\u202ec', { maxLength: 50, redact: keep })).toBe('a·b·[31m·c');
  });
});
