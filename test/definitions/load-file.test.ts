import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadHook, loadSource, loadText, problemsOf, toBrief } from '../helpers/load-text.ts';

const LOG = 'source: crud\nhandler: log\n';
/** What every hook has that says nothing more. */
const DEFAULTS = {
  kind: 'EventHook',
  name: 'hook',
  description: null,
  labels: {},
  enabled: true,
  source: 'crud',
  event: null,
  on_change: null,
  snooze: null,
  filter: null,
  retry: null,
  timeout: 30,
  concurrency: 16,
  rate: null,
  ordered: null,
};
const NOTHING_MORE = { tls: null, proxy: null, auth: null };
const REQUEST_DEFAULTS = { headers: {}, secret: null, signature: 'sha1', ssl_verify: false, ...NOTHING_MORE };

describe('loadFile() with a file that is right', () => {
  it.each([
    ['webhook', 'url: http://a/', { url: 'http://a/', format: 'kong', ...REQUEST_DEFAULTS }],
    [
      'webhook-custom',
      'url: http://a/\n  method: PUT',
      {
        url: 'http://a/',
        method: 'PUT',
        payload: null,
        preset: null,
        payload_format: true,
        body: null,
        body_format: true,
        headers_format: false,
        ...REQUEST_DEFAULTS,
      },
    ],
    ['lambda', 'functions: [f]', { functions: ['f'], language: null }],
  ])('fills in what the reference gives a %s that says nothing', (handler, config, filled) => {
    const { id, ...hook } = loadHook(`source: crud\nhandler: ${handler}\nconfig:\n  ${config}\n`);
    expect(hook).toEqual({ ...DEFAULTS, handler, config: filled });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('fills in what the reference gives a log', () => {
    expect(loadHook(LOG)).toMatchObject({ ...DEFAULTS, handler: 'log', config: {} });
  });

  it('fills in what a retry leaves out', () => {
    expect(loadHook(`${LOG}retry: { attempts: 3 }\n`).retry).toEqual({
      attempts: 3,
      schedule: null,
      initial: null,
      factor: null,
      max: null,
      jitter: null,
      budget: null,
    });
  });

  it('fills in what a rate leaves out', () => {
    expect(loadHook(`${LOG}rate: { limit: 3 }\n`).rate).toEqual({ limit: 3, per: 'second' });
  });

  it('shares no default between hooks', () => {
    const [one, other] = [loadHook(LOG, 'a.yaml'), loadHook(LOG, 'b.yaml')];
    expect(one.labels).not.toBe(other.labels);
  });

  it('keeps everything that is said', () => {
    const text = `kind: EventHook
name: team/all
id: 937df175-3db2-4e6d-8aa1-d95c94a76089
description: Everything
labels: { team: a, __proto__: b }
enabled: false
source: crud
event: admins
on_change: true
snooze: 60
filter: data.operation == "delete"
retry: { initial: 1, factor: 3, max: 60, jitter: 0, attempts: 4, schedule: null, budget: 3600 }
timeout: 2.5
concurrency: 1
rate: { limit: 5 }
ordered: order.id
handler: webhook-custom
config:
  method: DELETE
  url: "{vault://env/slack-url}"
  headers: { X-Give-Me: some tests }
  secret: "{vault://env/secret}"
  signature: sha256
  ssl_verify: true
  payload: { a: [1, { b: c }] }
  payload_format: false
  body: ""
  body_format: false
  headers_format: true
`;
    expect(loadHook(text)).toEqual({
      kind: 'EventHook',
      name: 'team/all',
      id: '937df175-3db2-4e6d-8aa1-d95c94a76089',
      description: 'Everything',
      labels: JSON.parse('{"team":"a","__proto__":"b"}') as object,
      enabled: false,
      source: 'crud',
      event: 'admins',
      on_change: true,
      snooze: 60,
      filter: 'data.operation == "delete"',
      retry: { initial: 1, factor: 3, max: 60, jitter: 0, attempts: 4, schedule: null, budget: 3600 },
      timeout: 2.5,
      concurrency: 1,
      rate: { limit: 5, per: 'second' },
      ordered: 'order.id',
      handler: 'webhook-custom',
      config: {
        method: 'DELETE',
        url: '{vault://env/slack-url}',
        headers: { 'X-Give-Me': 'some tests' },
        secret: '{vault://env/secret}',
        signature: 'sha256',
        ssl_verify: true,
        ...NOTHING_MORE,
        payload: { a: [1, { b: 'c' }] },
        preset: null,
        payload_format: false,
        body: '',
        body_format: false,
        headers_format: true,
      },
    });
  });

  it('takes null for what may be null and for nothing else', () => {
    const nulls =
      'description: null\nevent: null\non_change: null\nsnooze: null\nfilter: null\nretry: null\n';
    expect(loadHook(LOG + nulls)).toEqual(loadHook(LOG));
    expect(problemsOf(`${LOG}labels: null\ntimeout: null\n`)).toEqual([
      '3:9 wrong_type labels',
      '4:10 wrong_type timeout',
    ]);
  });

  it('loads an event source', () => {
    const text = `kind: EventSource
name: billing
events:
  invoice.paid:
    description: An invoice was paid
    fields: [invoice, customer]
    unique: [invoice]
    schema: { type: object, required: [invoice] }
  invoice.lost: {}
`;
    expect(loadSource(text)).toEqual({
      kind: 'EventSource',
      cloudevents: null,
      inlet: null,
      kong: null,
      name: 'billing',
      schedule: null,
      nats: null,
      description: null,
      events: {
        'invoice.paid': {
          description: 'An invoice was paid',
          fields: ['invoice', 'customer'],
          unique: ['invoice'],
          schema: { type: 'object', required: ['invoice'] },
        },
        'invoice.lost': {},
      },
    });
  });

  it('loads both kinds from one file, each with the line it starts at', () => {
    const { definitions, problems } = loadText(
      `name: one\n${LOG}---\n# a source\nkind: EventSource\nname: mine\nevents: { a: {} }\n---\nname: two\n${LOG}`,
      'many.yaml',
    );
    expect(problems).toEqual([]);
    expect(definitions.map(({ definition, origin }) => [definition.kind, definition.name, origin])).toEqual([
      ['EventHook', 'one', { source: 'dir:hooks.d', owner: '', file: 'many.yaml', line: 1 }],
      ['EventSource', 'mine', { source: 'dir:hooks.d', owner: '', file: 'many.yaml', line: 6 }],
      ['EventHook', 'two', { source: 'dir:hooks.d', owner: '', file: 'many.yaml', line: 10 }],
    ]);
  });

  it('answers what was written beside what it means', () => {
    const [loaded] = loadText(LOG).definitions;
    expect(loaded?.declared).toEqual({ source: 'crud', handler: 'log' });
    expect(loaded?.locate(['handler'])).toEqual({ line: 2, column: 10 });
  });

  it('answers the digest of the bytes, whatever they are', () => {
    for (const text of [LOG, '', 'a: [', '\ufeff']) {
      expect(loadText(text).digest).toBe(hash('sha256', Buffer.from(text), 'hex'));
    }
  });

  it('loads the same from JSON, with a byte order mark, and with the ends of lines of Windows', () => {
    const expected = loadHook(LOG);
    expect(loadHook(JSON.stringify({ source: 'crud', handler: 'log' }))).toEqual(expected);
    expect(loadHook(`\ufeff${LOG}`)).toEqual(expected);
    expect(loadHook(LOG.replaceAll('\n', '\r\n'))).toEqual(expected);
  });
});

describe('loadFile() with a file that is wrong', () => {
  it.each([
    ['an empty file', '', '1:1 file_empty'],
    ['comments only', '# source: crud\n', '1:1 file_empty'],
    ['empty documents only', '---\n---\n', '1:1 file_empty'],
    ['a list', '\n- source: crud\n', '2:1 document_not_object'],
    ['a text', 'hello\n', '1:1 document_not_object'],
    ['a number', '# a\n42\n', '2:1 document_not_object'],
    ['null', 'null\n', '1:1 document_not_object'],
    [
      'bytes that are no text',
      Buffer.from('source: crud\nhandler: lo\xff\n', 'latin1'),
      '2:12 file_not_utf8',
    ],
    ['a NUL byte', `${LOG}\0`, '3:1 yaml_syntax'],
    ['a file that is too large', `#${'x'.repeat(1024 * 1024)}`, '1:1 file_too_large'],
    ['a tab as indentation', 'config:\n\turl: x\n', '2:1 yaml_syntax'],
    ['a quote that never ends', 'source: "crud\n', '1:9 yaml_syntax'],
    ['a tag', 'source: !mine crud\n', '1:9 yaml_syntax'],
    ['a merge key', `a: &a {}\n<<: *a\n${LOG}`, '2:1 yaml_syntax <<'],
    ['an anchor that is not set', `${LOG}labels: *a\n`, '3:9 yaml_syntax labels'],
    ['a level too many', `${'- '.repeat(10_000)}a`, '1:201 yaml_too_deep'],
    ['another kind', 'kind: EventHok\n', '1:7 unknown_kind kind'],
    ['a kind that is no text', 'kind: { a: b }\n', '1:7 unknown_kind kind'],
    ['null as its kind', `kind: null\n${LOG}`, '1:7 unknown_kind kind'],
  ])('says where %s is wrong', (_what, text, brief) => {
    expect(problemsOf(text)).toEqual([brief]);
    expect(loadText(text).definitions).toEqual([]);
  });

  it('refuses a bomb of anchors', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`)}]`);
    expect(problemsOf(`l0: &l0 lol\n${levels.join('\n')}\n`)).toEqual([
      expect.stringMatching(/^\d+:\d+ yaml_alias_limit l\d/),
    ]);
  });

  it.each([
    ['hooks/slack.yaml', 'Put it into a file named as tests are, such as slack.test.yaml'],
    ['hooks/slack.test.yaml', 'Run it: hookline test FILE'],
  ])('says where a test belongs that stands in %s', (file, hint) => {
    const { problems, definitions } = loadText('kind: HookTest\ntests: [{ name: a }]\n', file);
    expect(problems.map((problem) => [toBrief(problem), problem.hint])).toEqual([
      ['1:7 test_misplaced kind', hint],
    ]);
    expect(definitions).toEqual([]);
  });

  it('names the kind that was meant', () => {
    const hints = ['kind: EventSorce\n', 'kind: Other\n', 'kind: 7\n'].map(
      (text) => loadText(text).problems[0]?.hint,
    );
    expect(hints).toEqual([
      'Did you mean "EventSource"?',
      'Known: EventHook, EventSource',
      'Known: EventHook, EventSource',
    ]);
  });

  it('says how to switch a hook off to whoever emptied its file', () => {
    expect(loadText('# source: crud\n').problems[0]?.hint).toContain('enabled: false');
  });

  it('finds everything wrong with every document in one pass, by place', () => {
    const text = `name: one
surce: crud
event: 7
handler: webhook
snooze: -1
config:
  urll: x
  headers: { "a b": c, x: 1, X: d }
  headers: {}
  ssl_verify: yes
---
kind: EventSource
name: mine
events: { a: { unique: [] } }
---
name: three
source: crud
handler: lo
labels: { n: .nan }
---
name: four
source: crud
handler: log
`;
    const { problems, definitions } = loadText(text, 'dir/many.yaml');
    expect(problems.map(toBrief)).toEqual([
      '2:1 unknown_key surce',
      '3:8 wrong_type event',
      '5:9 bad_value snooze',
      '7:3 unknown_key config.urll',
      '8:14 bad_value config.headers.a b',
      '8:27 wrong_type config.headers.x',
      '8:30 bad_value config.headers.X',
      '9:3 yaml_duplicate_key config.headers',
      '10:15 wrong_type config.ssl_verify',
      '14:24 bad_value events.a.unique',
      '18:10 unknown_handler handler',
      '19:14 bad_value labels.n',
      '19:14 wrong_type labels.n',
    ]);
    expect(new Set(problems.map(({ file, severity }) => `${file} ${severity}`))).toEqual(
      new Set(['dir/many.yaml error']),
    );
    expect(definitions.map(({ definition }) => definition.name)).toEqual(['four']);
  });

  it('lists a hundred problems and says that there are more', () => {
    const keys = Array.from({ length: 150 }, (_, index) => `k${index}: 1\n`).join('');
    const { problems } = loadText(LOG + keys);
    expect(problems).toHaveLength(101);
    expect(problems.slice(99).map(toBrief)).toEqual(['102:1 unknown_key k99', '103:1 more_problems']);
    expect(problemsOf(LOG + keys.slice(0, keys.indexOf('k100')))).toHaveLength(100);
  });

  it.each<[string, (index: number) => string]>([
    ['keys that are unknown', (index) => `k${index}: 1\n`],
    ['labels of a wrong type', (index) => `${index === 0 ? `${LOG}labels:\n` : ''} k${index}: 1\n`],
    ['brackets that open nothing', () => '}\n'],
  ])('loads a large file full of %s in time that grows with its size alone', (_what, toPart) => {
    let text = '';
    for (let index = 0; text.length < 250_000; index += 1) text += toPart(index);
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});

describe('a key with a secret behind a colon without its space', () => {
  it('is not shown, in no part of the problem', () => {
    const text =
      'source: crud\nhandler: webhook\nconfig: { url: "http://a/", secret:hunter2, x-token:hunter2 }\n';
    const { problems } = loadText(`${text}x-secret:hunter2: a\n`);
    expect(problems.length).toBeGreaterThan(2);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('warnings of a file', () => {
  const warned = 'name: a\nsource: crud\nhandler: webhook-custom\n';
  const payload = Array.from({ length: 200 }, (_, index) => `    a${index}: #b\n`).join('');
  const text = `${warned}config:\n  method: POST\n  url: http://a/\n  payload:\n${payload}`;

  it('keep no definition from going live, and no more are listed than of errors', () => {
    const { definitions, problems } = loadText(text);
    expect(definitions).toHaveLength(1);
    expect(problems).toHaveLength(101);
    expect(new Set(problems.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  });

  it('hide no error behind them', () => {
    const { problems } = loadText(`${text}---\nname: b\nsource: crud\nhandler: lgo\n`);
    expect(problems.filter(({ severity }) => severity === 'error').map(toBrief)).toEqual([
      '211:10 more_problems',
    ]);
  });
});
