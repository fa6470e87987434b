import { describe, expect, it } from 'vitest';
import { createSnapshot, type NoteHooks } from '../../src/reconcile/apply.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { Snapshot } from '../../src/reconcile/snapshot.ts';
import { START } from '../helpers/held-clock.ts';
import { prepareTexts } from '../helpers/prepare-texts.ts';

const LOG = 'source: crud\nhandler: log\n';

/** Notes hooks as the journal does: what was seen before keeps when, what changed changes when. */
function createNotes(): { readonly noteHooks: NoteHooks; readonly noted: string[][] } {
  const known = new Map<string, { digest: string; createdAt: number; updatedAt: number }>();
  const noted: string[][] = [];
  return {
    noted,
    async noteHooks(sightings, at) {
      noted.push(sightings.map(({ hookId }) => hookId));
      return sightings.map(({ hookId, digest }) => {
        const before = known.get(hookId);
        const createdAt = before?.createdAt ?? at;
        const now = { digest, createdAt, updatedAt: before?.digest === digest ? before.updatedAt : at };
        known.set(hookId, now);
        return now;
      });
    },
  };
}

/** Prepares texts and makes them a snapshot after another. */
async function snap(
  texts: Readonly<Record<string, string>>,
  { live = null, noteHooks, at = START }: { live?: Snapshot | null; noteHooks: NoteHooks; at?: number },
): Promise<Snapshot> {
  const prepared = await prepareTexts(texts);
  const plan = planChanges(prepared, { live, mayPrune: true, sources: [''] });
  if (plan.kind !== 'apply') throw new Error(`Cannot apply: ${JSON.stringify(prepared.problems)}`);
  return createSnapshot({
    prepared,
    changes: plan.changes,
    revision: `rev-${at - START}`,
    live,
    noteHooks,
    at,
  });
}

/** When each hook was first seen and last changed, from the start. */
function timesOf({ hooks }: Snapshot): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    hooks.map(({ definition, createdAt, updatedAt }) => [
      definition.name,
      [createdAt - START, updatedAt - START],
    ]),
  );
}

describe('createSnapshot()', () => {
  it('has every hook in the order of their names, with where it comes from', async () => {
    const { noteHooks } = createNotes();
    const snapshot = await snap({ 'b.yaml': LOG, 'a.yaml': `\n\n${LOG}` }, { noteHooks });
    expect(snapshot.revision).toBe('rev-0');
    expect(
      snapshot.hooks.map(({ definition, origin, revision }) => [definition.name, origin, revision]),
    ).toEqual([
      ['a', { source: 'dir:hooks.d', owner: '', file: 'a.yaml', line: 3 }, 'rev-0'],
      ['b', { source: 'dir:hooks.d', owner: '', file: 'b.yaml', line: 1 }, 'rev-0'],
    ]);
    expect(snapshot.catalogue.sources.has('crud')).toBe(true);
  });

  it('keeps when a hook was first seen, and when it last changed', async () => {
    const { noteHooks } = createNotes();
    const first = await snap({ 'a.yaml': LOG, 'b.yaml': LOG }, { noteHooks });
    const second = await snap(
      { 'a.yaml': `${LOG}snooze: 1\n`, 'b.yaml': LOG, 'c.yaml': LOG },
      { live: first, noteHooks, at: START + 10 },
    );
    const third = await snap(
      { 'a.yaml': `${LOG}snooze: 1\n`, 'c.yaml': LOG },
      { live: second, noteHooks, at: START + 20 },
    );
    expect(timesOf(first)).toEqual({ a: [0, 0], b: [0, 0] });
    expect(timesOf(second)).toEqual({ a: [0, 10], b: [0, 0], c: [10, 10] });
    expect(timesOf(third)).toEqual({ a: [0, 10], c: [10, 10] });
    expect(third.hooks.map(({ revision }) => revision)).toEqual(['rev-20', 'rev-20']);
  });

  it('takes the times from before a restart', async () => {
    const { noteHooks } = createNotes();
    await snap({ 'a.yaml': LOG, 'b.yaml': LOG }, { noteHooks });
    const restarted = await snap(
      { 'a.yaml': LOG, 'b.yaml': `${LOG}snooze: 1\n` },
      { noteHooks, at: START + 10 },
    );
    expect(timesOf(restarted)).toEqual({ a: [0, 0], b: [0, 10] });
  });

  it('notes only what is new or changed', async () => {
    const { noteHooks, noted } = createNotes();
    const first = await snap({ 'a.yaml': LOG, 'b.yaml': LOG }, { noteHooks });
    await snap({ 'a.yaml': LOG, 'b.yaml': `${LOG}snooze: 1\n` }, { live: first, noteHooks });
    const ids = first.hooks.map(({ definition }) => definition.id);
    expect(noted).toEqual([ids, ids.slice(1)]);
  });

  it('fails when the hooks cannot be noted, and leaves the live one as it is', async () => {
    const { noteHooks } = createNotes();
    const live = await snap({ 'a.yaml': LOG }, { noteHooks });
    const broken: NoteHooks = () => Promise.reject(new Error('disk full'));
    await expect(snap({ 'b.yaml': LOG }, { live, noteHooks: broken })).rejects.toThrow('disk full');
    expect(timesOf(live)).toEqual({ a: [0, 0] });
  });

  it('cannot be changed, nor can a hook in it or anything of its definition', async () => {
    const { noteHooks } = createNotes();
    const text = `source: crud\nhandler: webhook-custom\nlabels: { team: a }\nretry: { schedule: [1, 2] }\nconfig:\n  method: POST\n  url: http://example.com\n  headers: { a: b }\n  payload: { list: [{ a: 1 }] }\n`;
    const snapshot = await snap({ 'a.yaml': text }, { noteHooks });
    const reachable = objectsOf(snapshot.hooks);
    expect(reachable.length).toBeGreaterThan(8);
    for (const object of [snapshot, ...reachable])
      expect(Object.isFrozen(object), JSON.stringify(object)).toBe(true);
  });
});

/** A list of hooks with every plain object and list below their definitions. */
function objectsOf(hooks: Snapshot['hooks']): readonly object[] {
  const below = (value: unknown): readonly object[] =>
    typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(below)] : [];
  return [hooks, ...hooks, ...hooks.flatMap(({ definition }) => below(definition))];
}
