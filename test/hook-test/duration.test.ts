import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDuration } from '../../src/duration.ts';
import { toMs } from '../../src/hook-test/duration.ts';

describe('toMs()', () => {
  it.each([
    [0, 0],
    [1.5, 1_500],
    ['500ms', 500],
    ['5s', 5_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['1d2h3m4s5ms', 93_784_005],
  ])('reads %s', (duration, ms) => {
    expect(toMs(duration)).toBe(ms);
  });
});

describe('toDuration()', () => {
  it('says nothing of units there are none of', () => {
    expect([0, 1, 90_000, 3_600_000, 86_400_001].map(toDuration)).toEqual([
      '0s',
      '1ms',
      '1m30s',
      '1h',
      '1d1ms',
    ]);
  });

  it('is read back as the same time', () => {
    fc.assert(fc.property(fc.nat({ max: 2_592_000_000 }), (ms) => toMs(toDuration(ms)) === ms));
  });
});
