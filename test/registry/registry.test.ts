import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/catalogue/build.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

function snapshotOf(revision: string, names: readonly string[]): Snapshot {
  return {
    revision,
    hooks: names.map((name) => toLiveHook({ name })),
    catalogue: buildCatalogue([]).catalogue,
    declared: new Map(),
  };
}

describe('createRegistry()', () => {
  it('has nothing before the first snapshot', () => {
    const registry = createRegistry();
    expect([registry.current(), registry.find('a')]).toEqual([null, null]);
  });

  it('has the snapshot that was swapped in last, whole and indexed', () => {
    const registry = createRegistry();
    registry.swap(snapshotOf('dir@sha256:1', ['a', 'b']));
    const first = registry.current();
    registry.swap(snapshotOf('dir@sha256:2', ['b', 'c']));
    expect(registry.current()).toMatchObject({ revision: 'dir@sha256:2', hooks: [{}, {}] });
    expect([...(registry.current()?.index.byName.keys() ?? [])]).toEqual(['b', 'c']);
    expect([...(first?.index.byName.keys() ?? [])]).toEqual(['a', 'b']);
  });

  it('hands out what nobody can change', () => {
    const registry = createRegistry();
    registry.swap(snapshotOf('dir@sha256:1', []));
    expect(Object.isFrozen(registry.current())).toBe(true);
  });

  it('finds a hook by id and, if there is none, by name', () => {
    const registry = createRegistry();
    const named = toLiveHook({ name: 'a', id: 'b' });
    const identified = toLiveHook({ name: 'b', id: 'c' });
    registry.swap({ ...snapshotOf('dir@sha256:1', []), hooks: [named, identified] });
    expect(registry.find('a')).toBe(named);
    expect(registry.find('b')).toBe(named);
    expect(registry.find('c')).toBe(identified);
    expect(registry.find('constructor')).toBeNull();
  });
});
