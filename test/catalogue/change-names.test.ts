import { describe, expect, it } from 'vitest';
import { toNarrowerNames, toSeenEvent } from '../../src/catalogue/change-names.ts';

describe('the names of a change', () => {
  it('are that of the entity and one that says what was done to it, in the source crud only', () => {
    expect(toNarrowerNames('crud', 'consumers')).toEqual([
      'consumers:create',
      'consumers:update',
      'consumers:delete',
    ]);
    expect(toNarrowerNames('dao:crud', 'create')).toEqual([]);
    expect(toNarrowerNames('shop', 'order')).toEqual([]);
  });

  it.each([
    ['crud', 'consumers:create', 'consumers', 'consumers'],
    ['crud', 'consumers:create', 'consumers:create', 'consumers:create'],
    ['crud', 'consumers:create', null, 'consumers:create'],
    ['crud', 'consumers:create', 'services', 'consumers:create'],
    ['crud', 'consumers:promote', 'consumers', 'consumers:promote'],
    ['crud', 'consumers', 'consumers:create', 'consumers'],
    ['shop', 'order:create', 'order', 'order:create'],
  ])('%s %s is for a hook on %s called %s', (source, event, hookEvent, seen) => {
    expect(toSeenEvent({ source, event }, hookEvent)).toEqual({ source, event: seen });
  });
});
