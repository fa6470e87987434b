import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { convertHooks } from '../../src/import/convert-hooks.ts';

const HOOK = {
  id: 'c57340ab-9fed-40fd-bb7e-1cef8d37c2df',
  source: 'crud',
  event: 'consumers',
  handler: 'log',
};

/** The one hook that becomes of these keys. */
function convert(keys: JsonObject) {
  const { hooks, ...rest } = convertHooks([{ ...HOOK, ...keys }]);
  const [hook] = hooks;
  if (hook === undefined) throw new Error('Cannot find the hook');
  return { ...hook, ...rest };
}

function custom(config: JsonObject) {
  return convert({
    handler: 'webhook-custom',
    config: { method: 'POST', url: 'https://a.test/', ...config },
  });
}

describe('convertHooks()', () => {
  it('writes down what was said and leaves out what is so anyway', () => {
    const { definition } = custom({
      body: null,
      body_format: true,
      headers: {},
      headers_format: false,
      payload: { a: '{{ operation }}' },
      payload_format: true,
      secret: null,
      ssl_verify: true,
    });
    expect(definition).toEqual({
      name: 'crud-consumers-webhook-custom',
      id: HOOK.id,
      source: 'crud',
      event: 'consumers',
      handler: 'webhook-custom',
      config: { method: 'POST', url: 'https://a.test/', payload: { a: '{{operation}}' }, ssl_verify: true },
    });
    expect(convert({ on_change: true, snooze: 60, event: null }).definition).toEqual({
      name: 'crud-all-log',
      id: HOOK.id,
      source: 'crud',
      handler: 'log',
      on_change: true,
      snooze: 60,
    });
  });

  it('puts references in the place of secrets, and says which variables to set', () => {
    const { definition, variables } = custom({
      url: 'https://hooks.slack.com/services/foo/bar/baz',
      secret: 'hunter2',
      headers: { Authorization: 'Bearer abc', 'x-plain': 'plain' },
    });
    expect(definition.config).toMatchObject({
      url: '{vault://env/crud-consumers-webhook-custom-url}',
      secret: '{vault://env/crud-consumers-webhook-custom-secret}',
      headers: {
        Authorization: '{vault://env/crud-consumers-webhook-custom-headers-authorization}',
        'x-plain': 'plain',
      },
    });
    expect([...variables.keys()]).toEqual(
      [
        'CRUD_CONSUMERS_WEBHOOK_CUSTOM_URL',
        'CRUD_CONSUMERS_WEBHOOK_CUSTOM_HEADERS_AUTHORIZATION',
        'CRUD_CONSUMERS_WEBHOOK_CUSTOM_SECRET',
      ].sort((a, b) => [...variables.keys()].indexOf(a) - [...variables.keys()].indexOf(b)),
    );
    expect(JSON.stringify([definition, [...variables]])).not.toMatch(/hunter2|foo\/bar|Bearer abc/);
  });

  it('knows secrets by what they look like, where a reference can take their place', () => {
    const token = ['gh', 'p_', 'aK7xP9mQ2wE5rT8yU1iO3pA6sD4fG0hJzXcV'].join('');
    const { definition, todo } = custom({
      headers: { 'x-ci': token },
      body: `{"ci":"${token}"}`,
      payload: { a: { b: token }, c: `${token} {{ operation }}` },
    });
    expect(definition).toMatchObject({
      config: {
        headers: { 'x-ci': '{vault://env/crud-consumers-webhook-custom-headers-x-ci}' },
        body: `{"ci":"${token}"}`,
        payload: {
          a: { b: '{vault://env/crud-consumers-webhook-custom-payload-a-b}' },
          c: `${token} {{operation}}`,
        },
      },
    });
    expect(todo).toEqual([]);
  });

  it('keeps references, and says which it cannot resolve', () => {
    const { definition, todo } = custom({ secret: '{vault://env/kept}', headers: { a: '{vault://aws/x}' } });
    expect(definition.config).toMatchObject({ secret: '{vault://env/kept}' });
    expect(todo).toEqual([
      expect.stringContaining('config.headers.a cannot be resolved: could not find vault (aws)'),
    ]);
  });

  it('switches off what it could not translate', () => {
    const { definition, todo } = custom({ body: '{% local x = 1 %}{{ operation }}' });
    expect(definition).toMatchObject({ enabled: false, config: { body: '{% local x = 1 %}{{operation}}' } });
    expect(todo).toEqual([expect.stringContaining('config.body was not translated')]);
  });

  it('leaves what is no template alone', () => {
    const { definition, todo } = custom({
      body: '{% x %}',
      body_format: false,
      payload: { a: '{% x %}' },
      payload_format: false,
      headers: { 'x-a': '{% x %}' },
    });
    expect(todo).toEqual([]);
    expect(definition.config).toMatchObject({
      body: '{% x %}',
      body_format: false,
      payload: { a: '{% x %}' },
      payload_format: false,
      headers: { 'x-a': '{% x %}' },
    });
  });

  it.each([
    ['a change it ran twice for', convert({ event: null }), 'runs once for a change'],
    ['a certificate it did not verify', custom({ ssl_verify: false }), 'is verified'],
    ['a payload without a content type', custom({ payload: { a: 'b' } }), 'sends multipart'],
    ['values it escaped', custom({ body: '{{ operation }}' }), 'not escaped for HTML'],
    [
      'functions that return nothing',
      convert({ handler: 'lambda', config: { functions: ['return function () end'] } }),
      'returns nothing',
    ],
  ])('says what differs: %s', (_what, { differences }, text) => {
    expect(differences).toEqual(expect.arrayContaining([expect.stringContaining(text)]));
  });

  it('keeps Lua as it is, and says where it asks for what is not there', () => {
    const lua = 'return function (data)\n  kong.log.err(data)\nend\n';
    const { definition, todo } = convert({ handler: 'lambda', config: { functions: [lua] } });
    expect(definition.config).toEqual({ language: 'lua', functions: [lua] });
    expect(todo).toEqual([expect.stringContaining('uses kong, ngx or require')]);
  });

  it('gives the same hooks the same names, numbered where they are alike', () => {
    const listed = ['b', 'a', 'c'].map((letter) => ({ ...HOOK, id: HOOK.id.replace(/^./, letter) }));
    const names = (hooks: readonly JsonObject[]) =>
      convertHooks(hooks).hooks.map(({ name, definition }) => [name, definition.id]);
    expect(names(listed)).toEqual([
      ['crud-consumers-log-1', HOOK.id.replace(/^./, 'a')],
      ['crud-consumers-log-2', HOOK.id.replace(/^./, 'b')],
      ['crud-consumers-log-3', HOOK.id.replace(/^./, 'c')],
    ]);
    expect(names(listed.toReversed())).toEqual(names(listed));
  });

  it('gives no two hooks one name, though a number makes one that is there', () => {
    const id = (letter: string) => HOOK.id.replace(/^./, letter);
    const { hooks } = convertHooks([
      { ...HOOK, id: id('a'), source: 'x', event: 'log', handler: 'log' },
      { ...HOOK, id: id('b'), source: 'x', event: 'log', handler: 'log' },
      { ...HOOK, id: id('c'), source: 'x', event: 'log-log', handler: 'lambda', config: { functions: [] } },
      { ...HOOK, id: id('d'), source: 'x log', event: 'log-1', handler: 'log' },
    ]);
    expect(new Set(hooks.map(({ name }) => name)).size).toBe(4);
  });

  it('declares sources of plugins that nothing built in declares', () => {
    const { sources } = convertHooks([
      { ...HOOK, source: 'foo', event: 'bar' },
      { ...HOOK, source: 'foo', event: 'baz' },
      { ...HOOK, event: 'my_entities' },
      HOOK,
    ]);
    expect(sources).toEqual([
      { kind: 'EventSource', name: 'foo', events: { bar: {}, baz: {} } },
      { kind: 'EventSource', name: 'crud', events: { my_entities: {} } },
    ]);
  });

  it.each([
    [7, 'it is no object'],
    [{ ...HOOK, id: 7 }, 'it has no id that is a UUID'],
    [{ ...HOOK, handler: 'mail' }, 'its handler is "mail"'],
    [{ ...HOOK, snooze: 'x' }, 'its snooze is no number'],
    [{ ...HOOK, config: [] }, 'its config is no object'],
  ])('refuses what is no hook: %j', (value, why) => {
    expect(convertHooks([value])).toMatchObject({ hooks: [], refused: [`hook 1: ${why}`] });
  });
});
