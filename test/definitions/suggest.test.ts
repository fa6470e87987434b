import { describe, expect, it } from 'vitest';
import { suggest, toHint } from '../../src/definitions/suggest.ts';

describe('suggest()', () => {
  it.each([
    ['consumer', 'consumers'],
    ['cosnumers', 'consumers'],
    ['route', 'routes'],
    ['sevicres', 'services'],
    ['ROUTES', 'routes'],
    ['x', null],
    ['', null],
    ['something else', null],
  ])('answers %j with %j', (word, meant) => {
    expect(suggest(word, ['consumers', 'routes', 'services'])).toBe(meant);
  });

  it('knows a short word whose letters changed places', () => {
    expect(suggest('ulr', ['url', 'format'])).toBe('url');
  });

  it('answers nothing when nothing is known', () => {
    expect(suggest('consumers', [])).toBeNull();
  });
});

describe('toHint()', () => {
  const many = Array.from({ length: 21 }, (_, index) => `event-number-${index}`);

  it('names what was meant', () => {
    expect(toHint('event-numbr-7', many)).toBe('Did you mean "event-number-7"?');
  });

  it('lists what is known when nothing is near and the list is short', () => {
    expect(toHint('paid', ['created', 'deleted'])).toBe('Known: created, deleted');
  });

  it('says nothing when nothing is near and the list is long or empty', () => {
    expect([toHint('paid', many), toHint('paid', [])]).toEqual([null, null]);
  });
});
