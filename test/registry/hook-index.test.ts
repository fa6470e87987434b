import { describe, expect, it } from 'vitest';
import type { LiveHook } from '../../src/reconcile/snapshot.ts';
import { buildIndex } from '../../src/registry/hook-index.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

function hook(name: string, source: string, event: string | null): LiveHook {
  return toLiveHook({ name, source, event });
}

function namesOf(hooks: readonly LiveHook[] | undefined): readonly string[] | undefined {
  return hooks?.map(({ definition }) => definition.name);
}

describe('buildIndex()', () => {
  const hooks = [
    hook('a', 'crud', 'consumers'),
    hook('b', 'crud', null),
    hook('c', 'crud', 'routes'),
    hook('d', 'balancer', 'health'),
    hook('e', 'crud', 'consumers'),
    hook('f', 'crud', null),
    hook('g', 'constructor', '__proto__'),
  ];
  const index = buildIndex(hooks);

  it('finds for each event the hooks on it and on every event of its source, in the order of names', () => {
    const crud = index.bySource.get('crud');
    expect(namesOf(crud?.byEvent.get('consumers'))).toEqual(['a', 'b', 'e', 'f']);
    expect(namesOf(crud?.byEvent.get('routes'))).toEqual(['b', 'c', 'f']);
    expect(namesOf(crud?.everyEvent)).toEqual(['b', 'f']);
  });

  it('keeps sources apart', () => {
    const balancer = index.bySource.get('balancer');
    expect([namesOf(balancer?.byEvent.get('health')), namesOf(balancer?.everyEvent)]).toEqual([['d'], []]);
    expect([...index.bySource.keys()]).toEqual(['crud', 'balancer', 'constructor']);
  });

  it('takes names that objects have of themselves, and finds none that are not there', () => {
    expect(namesOf(index.bySource.get('constructor')?.byEvent.get('__proto__'))).toEqual(['g']);
    expect([index.bySource.get('toString'), index.byName.get('constructor')]).toEqual([undefined, undefined]);
  });

  it('finds every hook by id and by name', () => {
    for (const live of hooks) {
      expect(index.byId.get(live.definition.id)).toBe(live);
      expect(index.byName.get(live.definition.name)).toBe(live);
    }
    expect([index.byId.size, index.byName.size]).toEqual([7, 7]);
  });

  it('has nothing of no hooks', () => {
    expect(buildIndex([])).toEqual({ bySource: new Map(), byId: new Map(), byName: new Map() });
  });
});
