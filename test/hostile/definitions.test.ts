import { describe, expect, it } from 'vitest';
import { runApp } from '../helpers/running-app.ts';

/**
 * Files a committer could break the server with. What is refused, and where, is in test/definitions (yaml-tree,
 * yaml-value, load-file, git-trees), secrets of the server in test/secrets, patterns of schemas in data-schema.test.ts, filters in
 * test/reconcile/filter-expression.test.ts, templates in test/template/render.test.ts.
 */
const MIB = 1024 * 1024;
const LOG = 'source: crud\nhandler: log\n';

const FILES: readonly (readonly [string, string, string])[] = [
  ['uses of anchors that double', bomb(), 'yaml_alias_limit'],
  ['an anchor within itself', 'a: &a [*a]\n', 'yaml_syntax'],
  ['levels of lists', `a: ${'['.repeat(MIB - 10)}`, 'yaml_too_deep'],
  ['levels of maps', `${'a: {'.repeat(200_000)}`, 'yaml_too_deep'],
  ['commas', `a: [${','.repeat(MIB - 10)}`, 'file_too_large'],
  ['one list', `a: [${'1,'.repeat(MIB / 2 - 10)}1]`, 'file_too_large'],
  ['line ends', `${LOG}${'\n'.repeat(MIB - 100)}`, 'file_too_large'],
  ['one byte too many', ' '.repeat(MIB + 1), 'file_too_large'],
  ['a tag of a language', 'a: !!js/function "() => process.exit(1)"\n', 'yaml_syntax'],
  [
    'keys of what every object inherits',
    `${LOG}__proto__: { handler: lambda }\nconstructor: { prototype: 1 }\n`,
    'unknown_key',
  ],
  [
    'a filter over a list in a list in a list',
    `${LOG}filter: ${'('.repeat(200)}true${')'.repeat(200)}\n`,
    'filter_invalid',
  ],
  ['a filter without end', `${LOG}filter: "data.a == '${'x'.repeat(10_000)}'"\n`, 'filter_invalid'],
  ['a pattern with lookaround', `${LOG}filter: data.a.matches("(?=a)")\n`, 'filter_invalid'],
  [
    'a template that nests',
    `source: crud\nhandler: webhook-custom\nconfig: { method: POST, url: "http://localhost/", body: "${'{{#if a}}'.repeat(5_000)}" }\n`,
    'template_invalid',
  ],
  [
    'a schema that refers elsewhere',
    'kind: EventSource\nname: x\nevents: { y: { schema: { $ref: "http://169.254.169.254/latest" } } }\n',
    'schema_invalid',
  ],
  [
    'a URL of the machine',
    `source: crud\nhandler: webhook\nconfig: { url: "file:///etc/passwd" }\n`,
    'bad_value',
  ],
];

/** Ten levels of ten: some kilobytes that would be ten billion texts. */
function bomb(): string {
  const levels = Array.from({ length: 10 }, (_, level) => {
    const items = level === 0 ? Array(10).fill('"lol"') : Array(10).fill(`*l${level - 1}`);
    return `l${level}: &l${level} [${items.join(',')}]`;
  });
  return levels.join('\n');
}

describe('a file that is made to break the server', () => {
  it('is refused with its place, and what was live stays so', async () => {
    await using app = await runApp({ 'good.yaml': LOG });
    for (const [what, content, code] of FILES) {
      const reported = app.nextReport();
      app.hooks.write('hostile.yaml', content);
      const report = await reported;
      expect([what, report]).toMatchObject([what, { kind: 'refused', problems: expect.any(Array) }]);
      const { problems } = report as unknown as { problems: readonly { code: string; file: string }[] };
      expect([what, problems.map((problem) => problem.code)]).toEqual([what, expect.arrayContaining([code])]);
      expect(problems.every(({ file }) => file === 'hostile.yaml')).toBe(true);
      expect(problems.length).toBeLessThan(110);
      const event = { source: 'crud', event: 'consumers', data: {} };
      expect((await app.post('/events', event)).body).toMatchObject({ hooks: [{ hook: 'good' }] });
    }
    expect(app.log.filter((line) => line.includes('unexpected error'))).toEqual([]);
  }, 120_000);
});

describe('a filter over an event that is made to keep it busy', () => {
  it('ends as an error that is seen, and others get their event', async () => {
    await using app = await runApp({
      'good.yaml': LOG,
      'join.yaml': `${LOG}filter: data.a.exists(x, data.a.exists(y, y.id == x.id && y.n > x.n))\n`,
    });
    const a = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    const answer = await app.post('/events', { source: 'crud', event: 'consumers', data: { a } });
    expect(answer).toMatchObject({
      status: 202,
      body: { hooks: [{ hook: 'good' }], stopped: [{ hook: 'join', reason: 'filter_error' }] },
    });
    const small = {
      a: [
        { id: 1, n: 1 },
        { id: 1, n: 2 },
      ],
    };
    expect((await app.emit('crud', 'consumers', small)).body).toMatchObject({
      hooks: [{ hook: 'good' }, { hook: 'join' }],
    });
  });
});

describe('a payload over an event that is made to be repeated', () => {
  it('fails for good with a reason, and takes no more memory than it may', async () => {
    const payload = `list: [${Array(2_000).fill('"{{ text }}"').join(', ')}]`;
    await using app = await runApp({
      'good.yaml': LOG,
      'copies.yaml': `source: crud\nhandler: webhook-custom\nconfig:\n  method: POST\n  url: http://127.0.0.1:1/\n  payload: { ${payload} }\nretry: { attempts: 3 }\n`,
    });
    const { body } = await app.emit('crud', 'consumers', { text: 'x'.repeat(MIB - 1_000) });
    expect(body).toMatchObject({ hooks: [{ hook: 'copies' }, { hook: 'good' }] });
    expect((await app.get('/deliveries?hook=copies')).body).toMatchObject({
      data: [
        { state: 'failed', attempt_count: 1, last_error: expect.stringContaining('4194304 characters') },
      ],
    });
  });
});
