import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { EventHook } from '../../src/definitions/definition.ts';
import type { EventSource } from '../../src/definitions/event-source.ts';
import type { JsonObject } from '../../src/event.ts';
import {
  type DefinitionDiff,
  type DefinitionSet,
  diffDefinitions,
  isSame,
} from '../../src/reconcile/diff.ts';
import { maskConfig } from '../../src/secrets/mask.ts';
import { arbitraryHook } from '../helpers/arbitrary-hook.ts';
import { loadHook, loadSource } from '../helpers/load-text.ts';

function toSet(
  hooks: readonly EventHook[],
  { sources = [], fromServer = false }: Partial<DefinitionSet> = {},
): DefinitionSet {
  return { hooks, sources, fromServer };
}

function hook(more = '', name = 'a'): EventHook {
  return loadHook(`name: ${name}\nsource: crud\nhandler: log\n${more}`);
}

function webhook(config: JsonObject): EventHook {
  return loadHook(stringify({ name: 'a', source: 'crud', handler: 'webhook', config }));
}

/** A hook as a server would show it. */
function toServed(one: EventHook): EventHook {
  return { ...one, config: maskConfig(one.config) } as unknown as EventHook;
}

function changesOf(before: EventHook, after: EventHook): readonly unknown[] {
  return diffDefinitions(toSet([before]), toSet([after])).hooks.changed.flatMap(({ changes }) => changes);
}

const URL_OF = 'http://127.0.0.1/';

describe('diffDefinitions()', () => {
  it('tells hooks that came, went, changed and stayed, each list in the order of names', () => {
    const before = [hook('snooze: 1', 'gone'), hook('', 'b'), hook('', 'a'), hook('', 'kept')];
    const after = [
      hook('timeout: 5', 'new'),
      hook('event: admins', 'b'),
      hook('enabled: false'),
      hook('', 'kept'),
    ];
    const { hooks } = diffDefinitions(toSet(before), toSet(after));
    expect(hooks).toMatchObject({
      added: [{ name: 'new', source: 'crud', event: null, handler: 'log' }],
      removed: [{ name: 'gone' }],
      renamed: [],
      changed: [
        { name: 'a', changes: [{ path: 'enabled', before: true, after: false, secret: false }] },
        { name: 'b', changes: [{ path: 'event', before: null, after: 'admins', secret: false }] },
      ],
      unchanged: 1,
    });
  });

  it('takes a hook with the same id for the same hook, by whatever name', () => {
    const id = 'id: 6f1b7b0e-7a0b-4b8e-9d57-2f6c1c0e7a11';
    const { hooks } = diffDefinitions(toSet([hook(id, 'old')]), toSet([hook(id, 'new')]));
    expect(hooks).toMatchObject({ added: [], removed: [], renamed: [] });
    expect(hooks.changed).toMatchObject([
      { name: 'new', changes: [{ path: 'name', before: 'old', after: 'new' }] },
    ]);
  });

  it('calls a hook renamed when its name is all that differs', () => {
    const { hooks } = diffDefinitions(
      toSet([hook('snooze: 1', 'old'), hook('snooze: 2', 'other')]),
      toSet([hook('snooze: 1', 'new'), hook('snooze: 3', 'another')]),
    );
    expect(hooks.renamed).toMatchObject([{ before: { name: 'old' }, after: { name: 'new' } }]);
    expect(hooks).toMatchObject({ added: [{ name: 'another' }], removed: [{ name: 'other' }] });
  });

  it('goes into objects and lists of the same length, and takes anything else as a whole', () => {
    const before = webhook({ url: URL_OF, headers: { 'x-a': '1', 'x-b': '2' } });
    const after = webhook({ url: URL_OF, headers: { 'x-b': '3', __proto__x: '4' } });
    expect(changesOf(before, after)).toEqual([
      { path: 'config.headers.__proto__x', after: '4', secret: false },
      { path: 'config.headers.x-a', before: '1', secret: false },
      { path: 'config.headers.x-b', before: '2', after: '3', secret: false },
    ]);
    const lambda = (functions: readonly string[]): EventHook =>
      loadHook(stringify({ name: 'a', source: 'crud', handler: 'lambda', config: { functions } }));
    expect(changesOf(lambda(['a', 'b']), lambda(['a', 'c']))).toMatchObject([
      { path: 'config.functions[1]' },
    ]);
    expect(changesOf(lambda(['a']), lambda(['a', 'c']))).toMatchObject([
      { path: 'config.functions', after: ['a', 'c'] },
    ]);
  });

  it('shows that a secret changed, and neither value', () => {
    const before = webhook({ url: 'http://jane:old-pass@127.0.0.1/?token=old-query', secret: 'old-secret' });
    const after = webhook({ url: 'http://jane:new-pass@127.0.0.1/?token=new-query', secret: 'new-secret' });
    const changes = changesOf(before, after);
    const url = 'http://jane:******@127.0.0.1/?token=******';
    expect(changes).toEqual([
      { path: 'config.secret', before: '******', after: '******', secret: true },
      { path: 'config.url', before: url, after: url, secret: true },
    ]);
  });

  it('shows references, which are names', () => {
    const before = webhook({ url: URL_OF, secret: 'old-secret' });
    const after = webhook({ url: URL_OF, secret: '{vault://env/new-secret}' });
    expect(changesOf(before, after)).toEqual([
      { path: 'config.secret', before: '******', after: '{vault://env/new-secret}', secret: true },
    ]);
  });

  it('tells sources that came, went and changed', () => {
    const source = (name: string, rest = 'events: { paid: {} }'): EventSource =>
      loadSource(`kind: EventSource\nname: ${name}\n${rest}`);
    const before = toSet([], { sources: [source('gone'), source('kept'), source('x')] });
    const after = toSet([], {
      sources: [
        source('kept'),
        source('new'),
        source('x', 'description: d\ncloudevents: { source: s }\nevents: { paid: { fields: [a] }, due: {} }'),
      ],
    });
    expect(diffDefinitions(before, after).sources).toEqual({
      added: ['new'],
      removed: ['gone'],
      changed: [
        {
          name: 'x',
          changes: [
            { path: 'cloudevents', before: null, after: { source: 's', type: '*' }, secret: false },
            { path: 'description', before: null, after: 'd', secret: false },
            { path: 'events.due', after: {}, secret: false },
            { path: 'events.paid.fields', after: ['a'], secret: false },
          ],
        },
      ],
      unchanged: 1,
    });
  });

  it('tells of a gateway what changed but no secret, and against a server, which does not show it, nothing', () => {
    const gateway = (token: string): EventSource =>
      loadSource(`kind: EventSource\nname: gateway\nkong: { admin_url: "http://kong", token: ${token} }\n`);
    const [before, after] = ['first-token', 'second-token'].map((token) =>
      toSet([], { sources: [gateway(token)] }),
    ) as [DefinitionSet, DefinitionSet];
    expect(diffDefinitions(before, after).sources.changed).toEqual([
      {
        name: 'gateway',
        changes: [{ path: 'kong.token', before: '******', after: '******', secret: true }],
      },
    ]);
    const served = toSet([], { fromServer: true });
    expect(isSame(diffDefinitions(served, after))).toBe(true);
  });

  describe('against what a server shows', () => {
    const local = webhook({
      url: 'http://jane:pass@127.0.0.1/?token=a&b=c d',
      secret: 'hunter2',
      headers: { authorization: '{vault://env/A}' },
    });

    it('invents no difference of secrets in clear, and says which nobody can compare', () => {
      const diff = diffDefinitions(toSet([toServed(local)], { fromServer: true }), toSet([local]));
      expect(isSame(diff)).toBe(true);
      expect(diff.uncompared).toEqual([
        { hook: 'a', path: 'config.secret' },
        { hook: 'a', path: 'config.url' },
      ]);
    });

    it('compares references, and a secret that only one side has', () => {
      const other = webhook({ url: 'http://127.0.0.1/', headers: { authorization: '{vault://env/B}' } });
      const diff = diffDefinitions(toSet([toServed(local)], { fromServer: true }), toSet([other]));
      expect(diff.hooks.changed[0]?.changes.map(({ path, secret }) => [path, secret])).toEqual([
        ['config.headers.authorization', false],
        ['config.secret', true],
        ['config.url', true],
      ]);
      expect(diff.uncompared).toEqual([]);
    });
  });
});

/** Sets that share some names, so that hooks stay, change, come and go. */
const arbitrarySet = fc.array(arbitraryHook, { maxLength: 4 }).map((declared) => {
  const hooks = declared.map(({ id: _id, ...rest }, index) =>
    loadHook(stringify({ ...rest, name: `hook-${index}` }, { lineWidth: 0 })),
  );
  return hooks.filter(({ source }) => source.length % 2 === 0 || hooks.length < 3);
});

function mirror({ hooks, sources, uncompared }: DefinitionDiff): unknown {
  const swap = ({
    path,
    secret,
    ...values
  }: DefinitionDiff['sources']['changed'][number]['changes'][number]) => ({
    path,
    secret,
    ...('after' in values ? { before: values.after } : {}),
    ...('before' in values ? { after: values.before } : {}),
  });
  return {
    hooks: {
      added: hooks.removed,
      removed: hooks.added,
      renamed: hooks.renamed.map(({ before, after }) => ({ before: after, after: before })),
      changed: hooks.changed.map((one) => ({ ...one, changes: one.changes.map(swap) })),
      unchanged: hooks.unchanged,
    },
    sources,
    uncompared,
  };
}

describe('diffDefinitions() of any sets', () => {
  it('finds nothing between a set and itself, in any order, also as a server shows it', () => {
    fc.assert(
      fc.property(arbitrarySet, (hooks) => {
        const same = diffDefinitions(toSet(hooks), toSet(hooks.toReversed()));
        expect(same).toMatchObject({ hooks: { unchanged: hooks.length }, uncompared: [] });
        expect(isSame(same)).toBe(true);
        const served = toSet(hooks.map(toServed), { fromServer: true });
        expect(isSame(diffDefinitions(served, toSet(hooks)))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('finds the mirror image the other way round', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (before, after) => {
        const there = diffDefinitions(toSet(before), toSet(after));
        const back = diffDefinitions(toSet(after), toSet(before));
        expect(mirror(there)).toEqual(back);
      }),
      { numRuns: 200 },
    );
  });
});
