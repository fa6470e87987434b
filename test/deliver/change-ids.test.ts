import { describe, expect, it } from 'vitest';
import { ChangeIds } from '../../src/deliver/change-ids.ts';
import type { ChangedHook } from '../../src/reconcile/changed-hooks.ts';
import { toLiveHook } from '../helpers/live-hook.ts';

const ORIGIN = { source: 'git:x', owner: 'one', file: 'a.yaml', line: 1 };

function toChange(digest: string, operation: ChangedHook['operation'] = 'update', name = 'a'): ChangedHook {
  return { hook: toLiveHook({ name, id: name }, { digest, origin: ORIGIN }), operation };
}

/** A set whose source `one` is at a commit, and `two` at another. */
function at(one: string, two = '0') {
  return {
    revision: `set@sha256:${one}${two}`,
    sources: [
      { name: 'one', revision: `main@sha1:${one}` },
      { name: 'two', revision: `main@sha1:${two}` },
    ],
  };
}

describe('the id of a change', () => {
  it('is the same in every replica, and after a restart', () => {
    const [first, second] = [new ChangeIds(), new ChangeIds()].map((ids) => ids.next(toChange('A'), at('1')));
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
  });

  it('is another for another hook, operation, content and revision', () => {
    const ids = [
      new ChangeIds().next(toChange('A'), at('1')),
      new ChangeIds().next(toChange('A', 'update', 'b'), at('1')),
      new ChangeIds().next(toChange('A', 'create'), at('1')),
      new ChangeIds().next(toChange('B'), at('1')),
      new ChangeIds().next(toChange('A'), at('3')),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('is another when a hook comes back to what it was, by another commit or the same', () => {
    const ids = new ChangeIds();
    const changes = [
      ids.next(toChange('A'), at('1')),
      ids.next(toChange('B'), at('2')),
      ids.next(toChange('A'), at('3')),
      ids.next(toChange('B'), at('2')),
      ids.next(toChange('A'), at('3')),
      ids.next(toChange('A'), at('3')),
    ];
    expect(new Set(changes).size).toBe(6);
  });

  it('goes by the revision of its own source: where the others are matters not', () => {
    const [first, second] = ['7', '8'].map((two) => new ChangeIds().next(toChange('A'), at('1', two)));
    expect(second).toBe(first);
  });

  it('goes by the revision of the set when its source is gone', () => {
    const set = (revision: string) => ({ revision, sources: [] });
    const ids = ['1', '2', '2'].map((revision) =>
      new ChangeIds().next(toChange('A', 'delete'), set(revision)),
    );
    expect([ids[1] === ids[0], ids[2] === ids[1]]).toEqual([false, true]);
  });

  it('is remembered for a bounded number of changes', () => {
    const ids = new ChangeIds();
    const first = ids.next(toChange('A'), at('1'));
    for (let n = 1; n <= 10_000; n += 1) ids.next(toChange(`${n}`), at('1'));
    expect(ids.next(toChange('A'), at('1'))).toBe(first);
    expect(ids.next(toChange('A'), at('1'))).not.toBe(first);
  });
});
