import { v5 as uuidv5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { LoadedFile } from '../../src/definitions/definition.ts';
import { loadFile } from '../../src/definitions/load-file.ts';
import { createSnapshot } from '../../src/reconcile/apply.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { Prepared } from '../../src/reconcile/prepare.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import { createTestPrepare, prepareTexts } from '../helpers/prepare-texts.ts';

const LOG = 'source: crud\nhandler: log\n';
const ID = 'c57340ab-9fed-40fd-bb7e-1cef8d37c2df';

async function problemsOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { problems } = await prepareTexts(texts);
  return problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code}: ${message}`,
  );
}

describe('names and ids', () => {
  it.each([
    [
      'two files and one name',
      { 'a.yaml': LOG, 'b.yaml': `name: a\n${LOG}` },
      ['b.yaml:1:7 name_duplicate: Duplicate name "a": a.yaml:1 has it already'],
    ],
    [
      'two endings',
      { 'a.yaml': LOG, 'a.yml': LOG },
      ['a.yml:1:1 name_duplicate: Duplicate name "a": a.yaml:1 has it already'],
    ],
    [
      'two documents of one file',
      { 'a.yaml': `name: x\n${LOG}---\nname: x\n${LOG}` },
      ['a.yaml:5:7 name_duplicate: Duplicate name "x": a.yaml:1 has it already'],
    ],
    [
      'three of one name',
      { 'a.yaml': LOG, 'b.yaml': `name: a\n${LOG}`, 'c.yaml': `name: a\n${LOG}` },
      [
        'b.yaml:1:7 name_duplicate: Duplicate name "a": a.yaml:1 has it already',
        'c.yaml:1:7 name_duplicate: Duplicate name "a": a.yaml:1 has it already',
      ],
    ],
    [
      'one id',
      { 'a.yaml': `id: ${ID}\n${LOG}`, 'b.yaml': `${LOG}id: ${ID.toUpperCase()}\n` },
      [`b.yaml:3:5 id_duplicate: Duplicate id "${ID}": a.yaml:1 has it already`],
    ],
    [
      'one name and one id, said once',
      { 'a.yaml': `id: ${ID}\n${LOG}`, 'b.yaml': `name: a\nid: ${ID}\n${LOG}` },
      ['b.yaml:1:7 name_duplicate: Duplicate name "a": a.yaml:1 has it already'],
    ],
  ])('may not be given twice: %s', async (_what, texts, problems) => {
    expect(await problemsOf(texts as Record<string, string>)).toEqual(problems);
  });

  it('may not be given twice where one hook says the id another has by its name', async () => {
    const { hooks } = await prepareTexts({ 'b.yaml': LOG });
    const id = hooks[0]?.hook.id ?? '';
    expect(await problemsOf({ 'a.yaml': `id: ${id}\n${LOG}`, 'b.yaml': LOG })).toEqual([
      `b.yaml:1:1 id_duplicate: Duplicate id "${id}": a.yaml:1 has it already`,
    ]);
  });

  it('may be those of hooks in directories of their own', async () => {
    expect(
      await problemsOf({
        'a/hook.yaml': LOG,
        'b/hook.yaml': LOG,
        'hook.yaml': `id: ${uuidv5('x', ID)}\n${LOG}`,
      }),
    ).toEqual([]);
  });

  it('may be one for a hook and a source', async () => {
    const source = 'kind: EventSource\nname: a\nevents: { x: {} }\n';
    expect(await problemsOf({ 'a.yaml': LOG, 'b.yaml': source })).toEqual([]);
  });
});

describe('a name that two sources give', () => {
  const HOOK = `name: a\n${LOG}`;
  const SOURCE = 'kind: EventSource\nname: mine\nevents: { x: {} }\n';

  it.each([
    ['a hook', HOOK, 'name_duplicate', 'Duplicate name "a"', 'has it already'],
    ['an event source', SOURCE, 'source_duplicate', 'Duplicate source "mine"', 'declares it already'],
  ])('is that of %s that is live; the newer one is the problem, wherever it stands', async (...given) => {
    const [, text, code, what, already] = given;
    const load = (owner: string, file: string): LoadedFile =>
      loadFile({
        file,
        bytes: Buffer.from(text),
        source: { source: `dir:${owner}`, owner, labelled: true },
      });
    const prepare = createTestPrepare();
    const first = load('two', 'a.yaml');
    const both = [load('one', 'b.yaml'), first];
    const problemsOf = async (snapshot: Snapshot | null): Promise<unknown> =>
      (await prepare(both, snapshot)).problems.map(({ file, code, message }) => [file, code, message]);
    expect(await problemsOf(await toLive(await prepare([first])))).toEqual([
      ['one:b.yaml', code, `${what}: two:a.yaml:1 ${already}`],
    ]);
    expect(await problemsOf(null)).toEqual([['two:a.yaml', code, `${what}: one:b.yaml:1 ${already}`]]);
  });

  async function toLive(prepared: Prepared): Promise<Snapshot> {
    const plan = planChanges(prepared, { live: null, mayPrune: true, sources: [''] });
    if (plan.kind !== 'apply') throw new Error('Cannot apply the first set');
    const { changes } = plan;
    const noteHooks = async (): Promise<[]> => [];
    return createSnapshot({ prepared, changes, revision: 'one', live: null, noteHooks, at: 0 });
  }
});
