import { describe, expect, it } from 'vitest';
import { createTestPrepare, loadTexts, prepareTexts } from '../helpers/prepare-texts.ts';

function webhook(more = ''): string {
  return `source: crud\nevent: consumers\nhandler: webhook\nconfig: { url: "http://receiver/", headers: { x-a: b } }\n${more}`;
}

/** Where a request is a duplicate, and of what. */
async function duplicatesOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems } = await prepareTexts(texts);
  return problems.map(({ code, file, message }) => {
    const [, first = ''] = /\((\S+)\)/.exec(message) ?? [];
    return `${file} ${code} ${first}`;
  });
}

describe('two hooks that send the same request', () => {
  it('are warned of at the second, with the first', async () => {
    const { problems } = await prepareTexts({ 'a.yaml': `# one\n${webhook()}`, 'b.yaml': webhook() });
    expect(problems).toEqual([
      {
        code: 'request_duplicate',
        severity: 'warning',
        file: 'b.yaml',
        line: 4,
        column: 16,
        path: 'config.url',
        message:
          'Sends the same request as "a" (a.yaml:2) for "consumers" of "crud": the receiver gets it twice',
        hint: 'Remove one of them, or have their filters tell events apart',
      },
    ]);
  });

  it.each([
    ['headers in another case', webhook().replace('x-a', 'X-A')],
    ['another way to be verified', webhook().replace('url:', 'ssl_verify: true, url:')],
    ['other gates and retries', webhook('on_change: true\nretry: { attempts: 2 }\nlabels: { a: b }\n')],
    ['every event', webhook().replace('event: consumers\n', '')],
  ])('may have %s', async (_what, text) => {
    expect(await duplicatesOf({ 'a.yaml': webhook(), 'b.yaml': text })).toEqual([
      'b.yaml request_duplicate a.yaml:1',
    ]);
    expect(await duplicatesOf({ 'a.yaml': text, 'b.yaml': webhook() })).toEqual([
      'b.yaml request_duplicate a.yaml:1',
    ]);
  });

  it.each([
    ['another event', webhook().replace('consumers', 'routes')],
    ['another source', webhook().replace('crud', 'dao:crud').replace('consumers', 'create')],
    ['another URL', webhook().replace('receiver/', 'receiver/b')],
    ['another header', webhook().replace('x-a: b', 'x-a: c')],
    ['another secret', webhook().replace('url:', 'secret: "{vault://env/a}", url:')],
    ['a filter', webhook('filter: data.operation == "create"\n')],
    ['another handler', webhook().replace('webhook', 'webhook-custom').replace('url:', 'method: POST, url:')],
    ['been switched off', webhook('enabled: false\n')],
  ])('are two where one has %s', async (_what, text) => {
    expect(await duplicatesOf({ 'a.yaml': webhook(), 'b.yaml': text })).toEqual([]);
  });

  it('have the same filter', async () => {
    const filtered = webhook('filter: data.operation == "create"\n');
    const same = filtered.replace('filter: ', 'filter: "').replace(/"create"\n/, '\\"create\\" "\n');
    expect(await duplicatesOf({ 'a.yaml': filtered, 'b.yaml': same })).toEqual([
      'b.yaml request_duplicate a.yaml:1',
    ]);
  });

  it('are found where one is filled in from a preset and the other says it all', async () => {
    const config = (more: string): string =>
      `source: crud\nevent: consumers\nhandler: webhook-custom\nconfig: { preset: slack, payload: { blocks: null, text: hi }${more} }\n`;
    const said = config('').replace(
      'preset: slack, payload: { blocks: null, text: hi }',
      'method: POST, url: "{vault://env/slack-url}", headers: { content-type: application/json }, payload: { text: hi }',
    );
    expect(await duplicatesOf({ 'a.yaml': config(''), 'b.yaml': said })).toEqual([
      'b.yaml request_duplicate a.yaml:1',
    ]);
  });

  it('are none where nothing is sent', async () => {
    const log = 'source: crud\nevent: consumers\nhandler: log\n';
    const lambda = log.replace('log', 'lambda').concat('config: { functions: ["(data) => data"] }\n');
    expect(await duplicatesOf({ 'a.yaml': log, 'b.yaml': log, 'c.yaml': lambda, 'd.yaml': lambda })).toEqual(
      [],
    );
  });

  it('are said to have one name where they have, and no more', async () => {
    const named = webhook('name: one\n');
    const { problems } = await prepareTexts({ 'a.yaml': named, 'b.yaml': named });
    expect(problems.map(({ code }) => code)).toEqual(['name_duplicate']);
  });

  it('each name the first of them, in whatever order they come', async () => {
    const every = webhook().replace('event: consumers\n', '');
    const routes = webhook().replace('consumers', 'routes');
    const texts = {
      'd.yaml': webhook(),
      'a.yaml': webhook(),
      'c.yaml': every,
      'b.yaml': routes,
      'e.yaml': routes,
    };
    const expected = [
      'c.yaml request_duplicate a.yaml:1',
      'd.yaml request_duplicate a.yaml:1',
      'e.yaml request_duplicate b.yaml:1',
    ];
    expect(await duplicatesOf(texts)).toEqual(expected);
    const reversed = Object.fromEntries(Object.entries(texts).reverse());
    expect(await duplicatesOf(reversed)).toEqual(expected);
  });

  it('are found again when only one of them was read anew', async () => {
    const prepare = createTestPrepare();
    const [one] = loadTexts({ 'a.yaml': webhook() });
    if (one === undefined) throw new Error('Cannot load');
    expect((await prepare([one])).problems).toEqual([]);
    const both = [one, ...loadTexts({ 'b.yaml': webhook() })];
    expect((await prepare(both)).problems.map(({ code, file }) => [code, file])).toEqual([
      ['request_duplicate', 'b.yaml'],
    ]);
  });
});
