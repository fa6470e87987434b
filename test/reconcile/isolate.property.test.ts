import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeptSet } from '../../src/definitions/last-good.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import { loadTexts } from '../helpers/prepare-texts.ts';
import { createReconcilerBench, type ReconcilerBench } from '../helpers/reconciler-bench.ts';

type Texts = Readonly<Record<string, string>>;

const IDS = ['c57340ab-9fed-40fd-bb7e-1cef8d37c2df', '7a7b4c7e-0d3b-4a62-8a3c-3c0c1d1f5f3a'];

/** Few names, sources and events, so that files get in each other's way. */
const hook = fc
  .record({
    name: fc.constantFrom('one', 'two', 'three'),
    id: fc.option(fc.constantFrom(...IDS), { freq: 3 }),
    source: fc.constantFrom('crud', 'mine', 'other'),
    event: fc.option(fc.constantFrom('paid', 'lost')),
    snooze: fc.nat({ max: 1 }),
    isBad: fc.constantFrom(false, false, false, true),
  })
  .map(({ name, id, source, event, snooze, isBad }) =>
    [
      `name: ${name}\nsource: ${source}\nhandler: log\nsnooze: ${snooze}\n`,
      id === null ? '' : `id: ${id}\n`,
      event === null || source === 'crud' ? '' : `event: ${event}\n`,
      isBad ? 'filter: "data.x =="\n' : '',
    ].join(''),
  );

const source = fc
  .record({
    name: fc.constantFrom('mine', 'other'),
    events: fc.constantFrom('{ paid: {} }', '{ lost: {} }', '{ paid: {}, lost: {} }'),
  })
  .map(({ name, events }) => `kind: EventSource\nname: ${name}\nevents: ${events}\n`);

const text = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .array(fc.oneof({ weight: 2, arbitrary: hook }, source), { minLength: 1, maxLength: 2 })
      .map((documents) => documents.join('---\n')),
  },
  { weight: 1, arbitrary: fc.constant('source: [\n') },
);

const FILES = ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'e.yaml'];

/** What an edit does to each file: it leaves it, removes it, or writes it anew. */
const edit = fc.tuple(
  ...FILES.map(() =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('keep') },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 3, arbitrary: text },
    ),
  ),
);

function apply(before: Texts, edits: readonly (string | null)[]): Texts {
  return Object.fromEntries(
    FILES.flatMap((file, index) => {
      const next = edits[index] === 'keep' ? before[file] : edits[index];
      return typeof next === 'string' ? [[file, next]] : [];
    }),
  );
}

/** What is live. */
interface Live {
  readonly snapshot: Snapshot;
  readonly texts: Texts;
}

function liveOf({ swapped, kept }: ReconcilerBench): Live | null {
  const snapshot = swapped.at(-1);
  return snapshot === undefined ? null : { snapshot, texts: toTexts(kept.at(-1)) };
}

function toTexts(set: KeptSet | undefined): Texts {
  return Object.fromEntries((set?.files ?? []).map(({ path, bytes }) => [path, bytes.toString()]));
}

function idsOf({ hooks }: Snapshot): ReadonlySet<string> {
  return new Set(hooks.map(({ definition }) => definition.id));
}

/** Ids of the hooks that a set as it was read declares. */
function idsIn(texts: Texts): ReadonlySet<string> {
  const definitions = loadTexts(texts).flatMap((file) => file.definitions);
  return new Set(
    definitions.flatMap(({ definition }) => (definition.kind === 'EventHook' ? [definition.id] : [])),
  );
}

function expectSound(read: Texts, before: Live | null, bench: ReconcilerBench): void {
  const after = liveOf(bench);
  const report = bench.reports.at(-1);
  if (after === null || report?.kind !== 'applied') throw new Error(`Cannot isolate: ${report?.kind}`);
  const [ids, declared] = [idsOf(after.snapshot), idsIn(read)];
  for (const { definition, origin } of before?.snapshot.hooks ?? []) {
    const isUnchanged = before?.texts[origin.file] === read[origin.file];
    if (isUnchanged || declared.has(definition.id)) expect(ids).toContain(definition.id);
  }
  const differs: unknown[] = [];
  for (const file of FILES) {
    const [served, as] = [after.texts[file], after.texts[file] === undefined ? 'left_out' : 'last_good'];
    if (served === read[file]) continue;
    expect(served).toBe(before?.texts[file]);
    differs.push({ owner: '', file, as });
  }
  expect(report.held.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toEqual(differs);
  expect(after.snapshot.revision.includes('+held@sha256:')).toBe(differs.length > 0);
  if (!report.problems.some(({ severity }) => severity === 'error')) expect(differs).toEqual([]);
}

describe('the policy isolate', () => {
  it('takes no hook away for what is wrong with another file, whatever is edited', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 2, maxLength: 5 }), async (edits) => {
        const bench = createReconcilerBench({ policy: 'isolate', prune: 'allow' });
        let texts: Texts = {};
        for (const [index, one] of edits.entries()) {
          texts = apply(texts, one);
          const before = liveOf(bench);
          bench.put(`set-${index}`, texts);
          await bench.reconciler.reconcile();
          expectSound(texts, before, bench);
        }
      }),
      { numRuns: 300 },
    );
  });
});
