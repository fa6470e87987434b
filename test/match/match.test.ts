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

function namesFor(source: string, event: string): readonly string[] {
  return matchHooks(index, toHookEvent({ source, event })).map((hook) => hook.definition.name);
}

describe('matchHooks()', () => {
  it('finds the hooks of an event and those for every event of its source, by name', () => {
    expect(namesFor('crud', 'consumers')).toEqual(['a', 'b', 'e']);
    expect(namesFor('crud', 'routes')).toEqual(['a', 'c', 'e']);
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
