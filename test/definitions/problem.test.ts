import { describe, expect, it } from 'vitest';
import { hasErrors, type Problem } from '../../src/definitions/problem.ts';
import { loadText } from '../helpers/load-text.ts';

describe('hasErrors()', () => {
  const errors = loadText('').problems;
  const warnings = errors.map((problem): Problem => ({ ...problem, severity: 'warning' }));

  it('tells problems that stop a load from those that do not', () => {
    expect([hasErrors(errors), hasErrors(warnings), hasErrors([...warnings, ...errors])]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('finds none among none', () => {
    expect(hasErrors([])).toBe(false);
  });
});
