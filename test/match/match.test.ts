import { describe, expect, it } from 'vitest';
import { matchHooks } from '../../src/match/match.ts';
import { buildIndex } from '../../src/registry/hook-index.ts';
import { toHookEvent, toLiveHook } from '../helpers/live-hook.ts';

const index = buildIndex([
  toLiveHook({ name: 'a', event: null }),
  toLiveHook({ name: 'b', event: 'consumers' }),
  toLiveHook({ name: 'c', event: 'routes' }),
  toLiveHook({ name: 'd', source: 'balancer', event: 'health' }),
  toLiveHook({ name: 'e', event: null }),
]);

const changes = buildIndex([
  toLiveHook({ name: 'a', event: 'consumers:create' }),
  toLiveHook({ name: 'b', event: null }),
  toLiveHook({ name: 'c', event: 'consumers' }),
]);

function namesFor(source: string, event: string): readonly string[] {
  return matchHooks(index, toHookEvent({ source, event })).map((hook) => hook.definition.name);
}

describe('matchHooks()', () => {
  it('finds the hooks of an event and those for every event of its source, by name', () => {
    expect(namesFor('crud', 'consumers')).toEqual(['a', 'b', 'e']);
    expect(namesFor('crud', 'routes')).toEqual(['a', 'c', 'e']);
  });

  it('finds the hooks on an entity for each of its changes, and those on one change for that alone', () => {
    const names = (event: string): readonly string[] =>
      matchHooks(changes, toHookEvent({ source: 'crud', event })).map((hook) => hook.definition.name);
    expect(names('consumers:create')).toEqual(['a', 'b', 'c']);
    expect(names('consumers:update')).toEqual(['b', 'c']);
    expect(names('consumers')).toEqual(['b', 'c']);
    expect(names('routes:create')).toEqual(['b']);
  });

  it('finds only the hooks for every event when none names this one', () => {
    expect(namesFor('crud', 'plugins')).toEqual(['a', 'e']);
  });

  it('finds nothing for a source without hooks, nor for names objects have anyway', () => {
    expect(namesFor('dog', 'cat')).toEqual([]);
    expect(namesFor('__proto__', 'constructor')).toEqual([]);
    expect(namesFor('balancer', 'toString')).toEqual([]);
  });
});
