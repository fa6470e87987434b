import { describe, expect, it } from 'vitest';
import { createLookUp, type LookUp } from '../../src/intake/look-up.ts';

function toLookUp(...names: string[]): LookUp {
  return createLookUp({ sources: new Map([['billing', new Map(names.map((name) => [name, {}]))]]) });
}

describe('createLookUp()', () => {
  it('finds what the catalogue has', () => {
    expect(toLookUp('paid')('billing', 'paid')).toEqual({ kind: 'known', entry: {} });
  });

  it('says what was meant, and works it out once', () => {
    const lookUp = toLookUp('paid');
    const first = lookUp('billing', 'payd');
    expect(first).toMatchObject({
      message: "source 'billing' has no 'payd' event",
      hint: 'Did you mean "paid"?',
    });
    expect(lookUp('billing', 'payd')).toBe(first);
    expect(lookUp('biling', 'paid')).toMatchObject({ hint: 'Did you mean "billing"?' });
  });

  it('tells names apart that look alike once they are joined', () => {
    const lookUp = toLookUp('paid');
    expect(lookUp('a","b', 'c')).toMatchObject({ message: 'source \'a","b\' is not registered' });
    expect(lookUp('a', 'b","c')).toMatchObject({ message: "source 'a' is not registered" });
  });

  it('says no more what was meant once a hundred names were wrong, but still what is wrong', () => {
    const lookUp = toLookUp('paid');
    for (let n = 0; n < 100; n += 1)
      expect(lookUp('billing', `paid${n}`)).toMatchObject({ hint: 'Did you mean "paid"?' });
    expect(lookUp('billing', 'payd')).toEqual({
      kind: 'unknown',
      message: "source 'billing' has no 'payd' event",
      hint: null,
    });
    expect(lookUp('biling', 'paid')).toMatchObject({
      message: "source 'biling' is not registered",
      hint: null,
    });
    expect(lookUp('billing', 'paid0')).toMatchObject({ hint: 'Did you mean "paid"?' });
    expect(lookUp('billing', 'paid').kind).toBe('known');
  });
});
