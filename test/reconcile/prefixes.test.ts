import { describe, expect, it } from 'vitest';
import { loadFile } from '../../src/definitions/load-file.ts';
import { toPrefixes } from '../../src/reconcile/prefixes.ts';
import { createPrepare } from '../../src/reconcile/prepare.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';

const SOURCES = [
  { name: 'shared', prefix: null },
  { name: 'pay', prefix: 'pay/' },
  { name: 'ship', prefix: 'ship/' },
];

/** What is wrong with a hook of this name in that source. */
async function problemsOf(owner: string, name: string): Promise<readonly string[]> {
  const source = { source: 'dir:hooks', owner, labelled: true };
  const bytes = Buffer.from(`name: ${name}\nsource: crud\nhandler: log\n`);
  const prepare = createPrepare(createSandbox({ threads: 1 }), { prefixes: toPrefixes(SOURCES) });
  const { problems } = await prepare([loadFile({ file: 'a.yaml', bytes, source })]);
  return problems.map(({ code, path, line, message }) => `${code} ${path} ${line} ${message}`);
}

describe('names under the prefixes of sources', () => {
  it.each([
    ['pay', 'pay/paid'],
    ['shared', 'anything'],
    ['shared', 'payment'],
  ])('of source %s may be %s', async (owner, name) => {
    expect(await problemsOf(owner, name)).toEqual([]);
  });

  it('must begin as their source owns', async () => {
    expect(await problemsOf('pay', 'paid')).toEqual([
      'name_not_owned name 1 Hook "paid" must have a name that begins with "pay/", as all of source "pay"',
    ]);
    expect(await problemsOf('pay', 'ship/sent')).toHaveLength(1);
  });

  it('may not begin as another source owns', async () => {
    expect(await problemsOf('shared', 'ship/sent')).toEqual([
      'name_not_owned name 1 Hook "ship/sent" has a name that begins with "ship/", which source "ship" owns',
    ]);
  });
});
