import { describe, expect, it } from 'vitest';
import { lookUp } from '../../src/intake/look-up.ts';

const toCatalogue = (...names: string[]): Parameters<typeof lookUp>[0] => ({
  sources: new Map([['billing', new Map(names.map((name) => [name, {}]))]]),
});

describe('lookUp()', () => {
  it('finds what the catalogue has', () => {
    expect(lookUp(toCatalogue('paid'), 'billing', 'paid')).toEqual({ kind: 'known', entry: {} });
  });

  it('says what was meant, the same every time', () => {
    const catalogue = toCatalogue('paid');
    const first = lookUp(catalogue, 'billing', 'payd');
    expect(first).toMatchObject({
      message: "source 'billing' has no 'payd' event",
      hint: 'Did you mean "paid"?',
    });
    expect(lookUp(catalogue, 'billing', 'payd')).toBe(first);
  });

  it('tells names apart that look alike once they are joined', () => {
    const catalogue = toCatalogue('paid');
    expect(lookUp(catalogue, 'a","b', 'c')).toMatchObject({ message: 'source \'a","b\' is not registered' });
    expect(lookUp(catalogue, 'a', 'b","c')).toMatchObject({ message: "source 'a' is not registered" });
  });

  it('forgets nothing of the catalogue when thousands of names are wrong', () => {
    const catalogue = toCatalogue('paid');
    for (let n = 0; n < 2_500; n += 1) expect(lookUp(catalogue, 'billing', `x${n}`).kind).toBe('unknown');
    expect(lookUp(catalogue, 'billing', 'x0')).toMatchObject({
      message: "source 'billing' has no 'x0' event",
    });
    expect(lookUp(catalogue, 'billing', 'paid').kind).toBe('known');
  });

  it('remembers for one catalogue only', () => {
    expect(lookUp(toCatalogue('paid'), 'billing', 'lost').kind).toBe('unknown');
    expect(lookUp(toCatalogue('paid', 'lost'), 'billing', 'lost').kind).toBe('known');
  });
});
