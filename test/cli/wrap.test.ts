import { describe, expect, it } from 'vitest';
import { wrapAfter } from '../../src/cli/wrap.ts';

describe('wrapAfter()', () => {
  it('puts words under each other in 80 columns', () => {
    const lines = wrapAfter('  label  ', Array.from({ length: 40 }, () => 'word').join(' '));
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.map((line) => line.slice(0, 9))).toEqual(['  label  ', '         ', '         ']);
    expect(lines.map((line) => line.slice(9)).join(' ')).toBe(
      Array.from({ length: 40 }, () => 'word').join(' '),
    );
  });

  it('breaks no word, however long', () => {
    const long = 'x'.repeat(100);
    expect(wrapAfter('- ', `a ${long} b`)).toEqual(['- a', `  ${long}`, '  b']);
    expect(wrapAfter('- ', '')).toEqual(['- ']);
  });
});
