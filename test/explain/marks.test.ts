import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarks, toMasked } from '../../src/explain/marks.ts';
import { MASK } from '../../src/secrets/mask.ts';

describe('marks', () => {
  it('are found wherever they stand, whatever encoding they went through', () => {
    const marks = createMarks();
    const mark = marks.add('TOKEN');
    for (const encoded of [
      mark,
      JSON.stringify(mark).slice(1, -1),
      encodeURIComponent(mark),
      new URL(`http://${mark}.example/`).hostname.replace('.example', ''),
    ])
      expect(marks.split(`a${encoded}b`)).toEqual(['a', { variable: 'TOKEN' }, 'b']);
    expect(marks.split(mark)).toEqual([{ variable: 'TOKEN' }]);
    expect(marks.split('')).toEqual([]);
  });

  it('are not found in any other text', () => {
    const marks = createMarks();
    const other = createMarks().add('OTHER');
    marks.add('TOKEN');
    expect(marks.isIn(other)).toBe(false);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(toMasked(marks.split(text))).toBe(text);
        expect(marks.mask(text)).toBe(text);
      }),
    );
  });

  it.each<readonly [string, string | null, string, string]>([
    ['without a query', 'https://a.example/b', '', MASK],
    ['that is not known', null, '', MASK],
    ['that gets a query', 'https://a.example/b', '?x=1', `${MASK}?x=1`],
    ['with a query', 'https://a.example/b?c=d', '', MASK],
    ['with a query that gets more', 'https://a.example/b?c=d', '&x=1', `${MASK}&x=1`],
    ['that gets a query of its own letter', 'https://a.example/b', '?q=1', `${MASK}?q=1`],
  ])('stand for a URL %s', (_what, real, added, masked) => {
    const marks = createMarks();
    const mark = marks.addUrl('RECEIVER', real === null ? null : new URL(real));
    expect(URL.canParse(mark)).toBe(true);
    expect(marks.mask(`${mark}${added}`)).toBe(masked);
  });
});
