import { describe, expect, it } from 'vitest';
import { briefsOf, problemOf } from '../helpers/prepare-texts.ts';

/** A webhook-custom on an event of the catalogue. */
function custom(config: string, more = ''): string {
  return `source: balancer\nevent: health\nhandler: webhook-custom\n${more}config:\n  method: POST\n  url: http://a.example\n${config}`;
}

describe('holding a hook against the catalogue', () => {
  it.each([
    [
      'an unknown source',
      'source: crub\nevent: consumers\nhandler: log\n',
      'unknown_source',
      'source',
      1,
      9,
      "source 'crub' is not registered",
      'Did you mean "crud"?',
    ],
    [
      'an unknown source of a hook for every event',
      'source: balancers\nhandler: log\n',
      'unknown_source',
      'source',
      1,
      9,
      "source 'balancers' is not registered",
      'Did you mean "balancer"?',
    ],
    [
      'an unknown event',
      'source: crud\nevent: consumer\nhandler: log\n',
      'unknown_event',
      'event',
      2,
      8,
      "source 'crud' has no 'consumer' event",
      'Did you mean "consumers"?',
    ],
    [
      'an unknown operation',
      'source: crud\nhandler: log\nevent: consumers:craete\n',
      'unknown_event',
      'event',
      3,
      8,
      "source 'crud' has no 'consumers:craete' event",
      'Did you mean "consumers:create"?',
    ],
    [
      'an event of another source',
      'source: balancer\nevent: consumers\nhandler: log\n',
      'unknown_event',
      'event',
      2,
      8,
      "source 'balancer' has no 'consumers' event",
      'Known: health',
    ],
    [
      'a source that is a property of every object',
      'source: constructor\nhandler: log\n',
      'unknown_source',
      'source',
      1,
      9,
      "source 'constructor' is not registered",
      null,
    ],
  ])('refuses %s', async (_what, text, code, path, line, column, message, hint) => {
    const problem = await problemOf(text);
    expect(problem).toMatchObject({
      code,
      severity: 'error',
      file: 'hook.yaml',
      path,
      line,
      column,
      message,
    });
    if (hint !== null) expect(problem.hint).toBe(hint);
  });

  it.each([
    ['one event', 'source: crud\nevent: consumers\nhandler: log\n'],
    ['one operation', 'source: crud\nevent: admins:create\nhandler: log\n'],
    ['every event', 'source: crud\nhandler: log\n'],
    ['every event, said as null', 'source: dao:crud\nevent: null\nhandler: log\n'],
    ["Hookline's own events", 'source: hookline\nevent: reconcile\nhandler: log\n'],
  ])('takes a hook on %s', async (_what, text) => {
    expect(await briefsOf(text)).toEqual([]);
  });

  it('warns of a field no template can find, with the one that was meant', async () => {
    const text = custom('  payload:\n    text: "{{ helth }} {{ helth }}"\n    list: ["{{ip}}"]\n');
    expect(await problemOf(text)).toEqual({
      code: 'unknown_field',
      severity: 'warning',
      file: 'hook.yaml',
      line: 8,
      column: 15,
      path: 'config.payload.text',
      message: 'Reads "helth", which event "health" of source "balancer" is not known to have',
      hint: 'Did you mean "health"? Known fields: upstream_id, ip, port, hostname, health',
    });
  });

  it.each([
    [
      'a string of a payload',
      custom('  payload: { a: { b: ["x", "{{nope}}"] } }\n'),
      '7:31 unknown_field config.payload.a.b[1]',
    ],
    ['a body', custom('  body: "{{nope.deep}}"\n'), '7:12 unknown_field config.body'],
    [
      'a header',
      custom('  headers: { x-a: "{{nope}}" }\n  headers_format: true\n'),
      '7:22 unknown_field config.headers.x-a',
    ],
    [
      'a loop',
      custom('  body: "{{#each ip}}{{this}}{{@root.nope}}{{/each}}"\n'),
      '7:32 unknown_field config.body',
    ],
    ['a filter', custom('', 'filter: data.nope == 1.0\n'), '4:9 unknown_field filter'],
    [
      'a filter that asks whether it is there',
      custom('', 'filter: has(data.nope)\n'),
      '4:13 unknown_field filter',
    ],
  ])('finds an unknown field in %s', async (_what, text, brief) => {
    expect(await briefsOf(text)).toEqual([brief]);
  });

  it.each([
    [
      'what is not formatted',
      custom(
        '  payload: { a: "{{nope}}" }\n  payload_format: false\n  body: "{{nope}}"\n  body_format: false\n  headers: { x: "{{nope}}" }\n',
      ),
    ],
    ['what every template can read', custom('  body: "{{event}} {{source}} {{id}} {{time}} {{@root.ip}}"\n')],
    [
      'what every filter can read',
      custom('', 'filter: event == "a" && source == "b" && id == "c" && time == "d"\n'),
    ],
    [
      'events whose fields nobody declared',
      'kind: EventSource\nname: s\nevents: { e: {} }\n---\nname: h\nsource: s\nhandler: log\nfilter: data.any == 1.0\n',
    ],
    [
      'a field of one of all events',
      'source: rate-limiting-advanced\nhandler: log\nfilter: data.consumer.id == "x"\n',
    ],
  ])('does not warn of %s', async (_what, text) => {
    expect(await briefsOf(text)).toEqual([]);
  });

  it('knows that a filter has the event beside its data, not in it', async () => {
    const { code, hint } = await problemOf(
      'source: balancer\nhandler: log\nfilter: data.source == "balancer"\n',
    );
    expect(code).toBe('unknown_field');
    expect(hint).toBe('Known fields: upstream_id, ip, port, hostname, health');
  });

  it.each(['webhook', 'webhook-custom'])(
    'warns when %s checks no certificate without saying so',
    async (handler) => {
      const text = `source: crud\nhandler: ${handler}\nconfig:\n  ${handler === 'webhook' ? '' : 'method: POST\n  '}url: HTTPS://example.com\n`;
      expect(await problemOf(text)).toMatchObject({
        code: 'ssl_verify_unsaid',
        severity: 'warning',
        path: 'config.url',
        hint: 'Say ssl_verify: true, or ssl_verify: false to mean it',
      });
      for (const said of ['true', 'false'])
        expect(await briefsOf(`${text}  ssl_verify: ${said}\n`)).toEqual([]);
    },
  );

  it('warns when the certificate of a token server is not checked without saying so', async () => {
    const oauth2 = '{ token_url: "https://id.example.com/", client_id: a, client_secret: "{vault://env/b}" }';
    const text = `source: crud\nhandler: webhook\nconfig:\n  url: http://a.example\n  auth: { oauth2: ${oauth2} }\n`;
    expect(await problemOf(text)).toMatchObject({
      code: 'ssl_verify_unsaid',
      path: 'config.auth.oauth2.token_url',
      message: expect.stringContaining("The token server's certificate"),
    });
    expect(await briefsOf(`${text}  ssl_verify: false\n`)).toEqual([]);
  });

  it.each(['http://a.example', '"{vault://env/url}"'])(
    'says nothing of the certificate of %s',
    async (url) => {
      expect(await briefsOf(`source: crud\nhandler: webhook\nconfig:\n  url: ${url}\n`)).toEqual([]);
    },
  );
});
