import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../../src/event.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { askToWrite, DECLARED, loadHook, type Suggestion } from '../helpers/suggestion.ts';

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(DECLARED);
});
afterAll(() => app[Symbol.asyncDispose]());

describe('POST /event-hooks', () => {
  const url = 'https://webhook.site/a1b2c3-d4e5-g6h7-i8j9-k1l2m3n4o5p6';
  const functions = [
    'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend\n',
  ];
  const payload = {
    text: 'Admin account `{{ entity.username }}` {{ operation}}d; email address set to `{{ entity.email }}`',
  };
  const headers = { 'content-type': 'application/json' };

  it.each<[string, { readonly [key: string]: Json }]>([
    ['webhook', { source: 'crud', event: 'consumers', handler: 'webhook', config: { url } }],
    [
      'webhook with everything',
      {
        source: 'crud',
        event: 'consumers',
        handler: 'webhook',
        snooze: 60,
        on_change: true,
        config: { url, secret: 'hunter2', headers: { 'X-Custom-Header': 'My Value' }, ssl_verify: true },
      },
    ],
    [
      'webhook-custom',
      {
        source: 'crud',
        event: 'admins',
        handler: 'webhook-custom',
        config: { method: 'POST', url: 'https://hooks.slack.com/services/foo/bar/baz', payload, headers },
      },
    ],
    ['log', { source: 'crud', event: 'routes', handler: 'log' }],
    ['lambda', { source: 'crud', event: 'consumers', handler: 'lambda', config: { functions } }],
    ['every event of a source', { source: 'balancer', event: null, handler: 'log', config: {} }],
  ])('answers the file to commit for the %s of the reference', async (_what, hook) => {
    const suggestion = await askToWrite(app, 'POST /event-hooks', hook);
    expect(suggestion.message).toBe(`Hooks change by commit: add the file "${suggestion.file}"`);
    const name = suggestion.file.replace('.yaml', '');
    const sent = loadHook('sent.json', JSON.stringify({ ...hook, name }));
    expect(loadHook(suggestion.file, suggestion.yaml)).toEqual(sent);
  });

  it('answers the smallest file that declares the entity of another server', async () => {
    const entity = ((await app.get('/event-hooks/by-reference')).body ?? {}) as {
      readonly [key: string]: Json;
    };
    const suggestion = await askToWrite(app, 'POST /event-hooks', { ...entity, name: 'copy', id: null });
    expect(suggestion.file).toBe('copy.yaml');
    expect(parse(suggestion.yaml)).toEqual({
      source: 'crud',
      event: 'admins',
      snooze: 60,
      handler: 'webhook-custom',
      config: {
        method: 'POST',
        url: '{vault://env/slack-url}',
        secret: '{vault://env/slack-secret}',
        payload: { text: '{{ entity.username }}', nested: { a: 1 } },
        ssl_verify: false,
      },
      retry: { attempts: 3 },
    });
  });

  it('gives a file that goes live as it is, and another name to the next one', async () => {
    await using changing = await runApp({});
    const hook = { source: 'crud', event: 'consumers:create', handler: 'log' };
    const first = (await changing.post('/event-hooks', hook)).body as Suggestion;
    expect(first.file).toBe('crud-consumers-create.yaml');
    changing.hooks.write(first.file, first.yaml);
    await changing.app.reconcile();
    expect((await changing.get('/event-hooks/crud-consumers-create')).body).toMatchObject(hook);
    expect((await changing.post('/event-hooks', hook)).body).toMatchObject({
      file: 'crud-consumers-create-2.yaml',
    });
  });

  it.each<[string, Json, object]>([
    [
      'an unknown handler',
      { source: 'crud', handler: 'webhok' },
      { code: 'unknown_handler', path: 'handler', hint: 'Did you mean "webhook"?' },
    ],
    ['an unknown source', { source: 'crd', handler: 'log' }, { code: 'unknown_source', path: 'source' }],
    [
      'an unknown event',
      { source: 'crud', event: 'consumer', handler: 'log' },
      { code: 'unknown_event', path: 'event', hint: 'Did you mean "consumers"?' },
    ],
    ['an unknown key', { source: 'crud', handler: 'log', tags: [] }, { code: 'unknown_key', path: 'tags' }],
    ['a wrong type', { source: 'crud', handler: 'log', name: 5 }, { code: 'wrong_type', path: 'name' }],
    [
      'a name that is taken',
      { source: 'crud', handler: 'log', name: 'first' },
      { code: 'name_duplicate', hint: 'PATCH /event-hooks/first shows how to change it' },
    ],
  ])('says what is wrong with %s', async (_what, hook, problem) => {
    const suggestion = await askToWrite(app, 'POST /event-hooks', hook);
    expect(suggestion.problems).toEqual([expect.objectContaining(problem)]);
    expect(suggestion.message).toContain('once it is right');
    expect(suggestion.yaml).toBeUndefined();
  });

  it('answers YAML that means what was sent, whatever the text', async () => {
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(text, fc.oneof(text, fc.double({ noNaN: true }), fc.array(text))),
        async (payload) => {
          const hook = {
            source: 'crud',
            handler: 'webhook-custom',
            description: JSON.stringify(payload),
            config: { method: 'POST', url: 'http://127.0.0.1:9/', payload: { ...payload, some: 'key' } },
          };
          const suggestion = await askToWrite(app, 'POST /event-hooks', hook as Json);
          const sent = loadHook('sent.json', JSON.stringify({ ...hook, name: 'crud' }));
          expect(loadHook(suggestion.file, suggestion.yaml)).toEqual(sent);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('answers 405 to any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect((await app.post('/event-hooks', JSON.stringify(value))).status).toBe(405);
      }),
      { numRuns: 50 },
    );
  });

  it('says that an id is taken', async () => {
    const { id } = (await app.get('/event-hooks/first')).body as { id: string };
    const suggestion = await askToWrite(app, 'POST /event-hooks', { source: 'crud', handler: 'log', id });
    expect(suggestion.problems).toMatchObject([
      { code: 'id_duplicate', message: expect.stringContaining('two.yaml') },
    ]);
  });

  it.each([
    ['', 'Send the hook as JSON to see it as YAML'],
    ['{"source":', 'Cannot parse JSON body: column 11: expected a value, got the end'],
    ['[]', 'The body must be a JSON object'],
    ['{"kind":"EventSource"}', 'The body must be an EventHook: got "EventSource"'],
    ['source=crud', 'Cannot parse JSON body: column 1: expected a value, got "s"'],
  ])('answers 405 to the body %j too, and says why there is no file', async (text, reason) => {
    const { status, body } = await app.post('/event-hooks', text);
    expect(status).toBe(405);
    expect(body).toEqual({ message: `Hooks change by commit: add a file to the definitions. ${reason}` });
  });

  it('refuses a body that is too large', async () => {
    expect(await app.post('/event-hooks', `"${'x'.repeat(2 * 1024 * 1024)}"`)).toMatchObject({
      status: 413,
      body: { message: 'The body is larger than 1048576 bytes' },
    });
  });
});
