import { describe, expect, it } from 'vitest';
import { Breaker, OPEN_AFTER } from '../../src/deliver/breaker.ts';
import { START } from '../helpers/held-clock.ts';

function opened(): Breaker {
  const breaker = new Breaker();
  for (let n = 1; n < OPEN_AFTER; n += 1) expect(breaker.hear('bad', START)).toBeNull();
  expect(breaker.hear('bad', START)).toBe('opened');
  return breaker;
}

describe('a breaker', () => {
  it('opens after ten failures in a row, and says when it will ask again', () => {
    const breaker = opened();
    expect(breaker).toMatchObject({ isOpen: true, failures: 10, probeAt: START + 5_000 });
  });

  it('counts only failures in a row', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 50; n += 1) expect(breaker.hear(n % 9 === 8 ? 'good' : 'bad', START)).toBeNull();
    expect(breaker.isOpen).toBe(false);
  });

  it('does not count attempts that never asked the receiver', () => {
    const breaker = new Breaker();
    for (let n = 0; n < 50; n += 1) breaker.hear('unknown', START);
    expect(breaker).toMatchObject({ isOpen: false, failures: 0 });
  });

  it('waits longer after each probe that fails, ten minutes at most', () => {
    const breaker = opened();
    const waits: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const at = breaker.probeAt ?? 0;
      breaker.hear('bad', at);
      waits.push(((breaker.probeAt ?? 0) - at) / 1000);
    }
    expect(waits).toEqual([30, 120, 600, 600, 600, 600]);
  });

  it('takes attempts that were under way when it opened for no probes', () => {
    const breaker = opened();
    breaker.hear('bad', START + 4_999);
    expect(breaker.probeAt).toBe(START + 5_000);
  });

  it('closes with the first success, and begins anew', () => {
    const breaker = opened();
    expect(breaker.hear('good', START + 5_000)).toBe('closed');
    expect(breaker).toMatchObject({ isOpen: false, failures: 0, probeAt: null });
    expect(breaker.hear('good', START + 5_000)).toBeNull();
  });
});
