import { describe, expect, it } from 'vitest';
import { judgeEnabled } from '../../src/gate/enabled.ts';
import { judgeFilter } from '../../src/gate/filter.ts';
import { compileFilter, isFilterMistake } from '../../src/reconcile/filter-expression.ts';
import { toHookEvent, toLiveHook } from '../helpers/live-hook.ts';

function judgeExpression(expression: string, data: Record<string, string | number>): string | null {
  const compiled = compileFilter(expression);
  if (isFilterMistake(compiled)) throw new Error(compiled.message);
  return judgeFilter(toLiveHook({}, { filter: compiled.filter }), toHookEvent({ data }))?.reason ?? null;
}

describe('the gate enabled', () => {
  it('stops every event for a hook that is switched off', () => {
    expect(judgeEnabled(toLiveHook({ enabled: false }))).toEqual({ reason: 'disabled', error: null });
    expect(judgeEnabled(toLiveHook())).toBeNull();
  });
});

describe('the gate filter', () => {
  it('lets an event through that the filter holds for', () => {
    expect(judgeExpression('data.amount > 100.0 && event == "consumers"', { amount: 101 })).toBeNull();
  });

  it('stops an event the filter does not hold for', () => {
    expect(judgeExpression('data.amount > 100.0', { amount: 1 })).toBe('filter');
  });

  it('says in one line why it failed', () => {
    const compiled = compileFilter('data.amount > 100.0');
    if (isFilterMistake(compiled)) throw new Error(compiled.message);
    expect(judgeFilter(toLiveHook({}, { filter: compiled.filter }), toHookEvent({ data: {} }))).toEqual({
      reason: 'filter_error',
      error: 'No such key: amount',
    });
  });

  it('stops an event the filter fails on, with a reason of its own', () => {
    expect(judgeExpression('data.amount > 100.0', {})).toBe('filter_error');
    expect(judgeExpression('data.amount', { amount: 1 })).toBe('filter_error');
  });
});
