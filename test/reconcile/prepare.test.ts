import { describe, expect, it } from 'vitest';
import { createTestPrepare, loadTexts, prepareTexts } from '../helpers/prepare-texts.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const SOURCE = 'kind: EventSource\nname: billing\nevents:\n  paid: { fields: [invoice] }\n';
const ON_BILLING = 'source: billing\nevent: paid\nhandler: log\nfilter: has(data.invoice)\n';

/** Each problem in one line, with its file. */
async function problemsOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems } = await prepareTexts(texts);
  return problems.map(
    ({ file, line, column, severity, code }) => `${file}:${line}:${column} ${severity} ${code}`,
  );
}

describe('preparing a set of files', () => {
  it('makes hooks in the order of their names, and a catalogue', async () => {
    const prepared = await prepareTexts({
      'b.yaml': LOG,
      'Z.yaml': LOG,
      'a.yaml': `name: two\n${LOG}---\nname: one\n${LOG}`,
      'sources/billing.yaml': SOURCE,
      'c.yaml': ON_BILLING,
    });
    expect(prepared.problems).toEqual([]);
    expect(prepared.good).toBe(true);
    expect(prepared.hooks.map(({ hook }) => hook.name)).toEqual(['Z', 'b', 'c', 'one', 'two']);
    expect(prepared.catalogue.sources.get('billing')?.get('paid')).toEqual({ fields: ['invoice'] });
  });

  it('finds every problem of every file in one pass, in the order of their places', async () => {
    const problems = await problemsOf({
      'z.yaml': `${LOG}fliter: x\nsnooze: soon\n`,
      'b.yaml':
        'source: crud\nevent: consumers\nhandler: webhook\nfilter: data.entity ==\nconfig:\n  url: https://example.com\n  secret: plain\n',
      'syntax.yaml': 'source: [\n',
      'a.yaml': 'source: crub\nhandler: log\n',
      'lambda.yaml':
        'source: crud\nhandler: lambda\nconfig:\n  functions:\n    - "return 1"\n    - "return function() end"\n    - "nonsense ("\n',
      'template.yaml':
        'source: crud\nhandler: webhook-custom\nconfig:\n  method: POST\n  url: http://a.example\n  payload:\n    a: "{{#if"\n    b: ["{{ok}}", "{{shout x}}"]\n  body: "{{"\n',
      'copy.yaml': `name: b\n${LOG}`,
      'source.yaml': 'kind: EventSource\nname: hookline\nevents: { x: {} }\n',
    });
    expect(problems).toEqual([
      'a.yaml:1:9 error unknown_source',
      'b.yaml:4:23 error filter_invalid',
      'b.yaml:6:8 warning ssl_verify_unsaid',
      'b.yaml:7:11 warning plain_secret',
      'copy.yaml:1:7 error name_duplicate',
      'lambda.yaml:5:7 error function_invalid',
      'lambda.yaml:7:8 error function_invalid',
      'source.yaml:2:1 error source_reserved',
      expect.stringMatching(/^syntax\.yaml:\d+:\d+ error yaml_syntax$/),
      'template.yaml:7:12 error template_invalid',
      'template.yaml:8:12 warning unknown_field',
      'template.yaml:8:22 error template_invalid',
      'template.yaml:9:12 error template_invalid',
      'z.yaml:4:1 error unknown_key',
      'z.yaml:5:9 error wrong_type',
    ]);
  });

  it('is good when all there is to say are warnings, and no longer with one error', async () => {
    const warned = `${LOG}filter: "false"\n`;
    expect(await prepareTexts({ 'a.yaml': warned })).toMatchObject({
      good: true,
      problems: [{ severity: 'warning' }],
    });
    const { good, problems } = await prepareTexts({ 'a.yaml': warned, 'b.yaml': 'source: crud\n' });
    expect(good).toBe(false);
    expect(problems).toHaveLength(2);
  });

  it('takes no files at all', async () => {
    expect(await prepareTexts({})).toMatchObject({ hooks: [], problems: [], good: true });
  });

  it('compiles a definition once, however often it comes back unchanged', async () => {
    const prepare = createTestPrepare();
    const files = loadTexts({ 'a.yaml': LOG, 'b.yaml': LOG });
    const [first] = (await prepare(files)).hooks;
    const [again] = (await prepare([...files, ...loadTexts({ 'c.yaml': LOG })])).hooks;
    const [anew] = (await prepare(loadTexts({ 'a.yaml': LOG }))).hooks;
    expect(again?.compiled).toBe(first?.compiled);
    expect(anew?.compiled).not.toBe(first?.compiled);
    expect(anew?.compiled.digest).toBe(first?.compiled.digest);
  });

  it('holds an unchanged hook against a source that changed', async () => {
    const prepare = createTestPrepare();
    const [hook] = loadTexts({ 'hook.yaml': ON_BILLING });
    const briefly = async (source: string): Promise<readonly string[]> => {
      const { problems } = await prepare([
        ...(hook === undefined ? [] : [hook]),
        ...loadTexts({ 'source.yaml': source }),
      ]);
      return problems.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
    };
    expect(await briefly(SOURCE)).toEqual([]);
    expect(await briefly(SOURCE.replace('[invoice]', '[invoices]'))).toEqual([
      'warning unknown_field: Reads "data.invoice", which event "paid" of source "billing" is not known to have',
    ]);
    expect(await briefly(SOURCE.replace('paid:', 'payed:'))).toEqual([
      "error unknown_event: source 'billing' has no 'paid' event",
    ]);
    expect(await briefly(SOURCE)).toEqual([]);
  });

  it('refuses hooks on a source that was taken away', async () => {
    const prepare = createTestPrepare();
    const [hook, source] = loadTexts({ 'hook.yaml': ON_BILLING, 'source.yaml': SOURCE });
    if (hook === undefined || source === undefined) throw new Error('Cannot load the files');
    expect((await prepare([hook, source])).good).toBe(true);
    expect(await prepare([hook])).toMatchObject({
      good: false,
      problems: [{ code: 'unknown_source', file: 'hook.yaml', line: 1, column: 9, path: 'source' }],
    });
  });

  it('lets other work in between the hooks of a large set', async () => {
    const texts = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${index}.yaml`, LOG]));
    const files = loadTexts(texts);
    let turns = 0;
    let done = false;
    setImmediate(function turn() {
      turns += 1;
      if (!done) setImmediate(turn);
    });
    await createTestPrepare()(files);
    done = true;
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
