import { describe, expect, it } from 'vitest';
import type { DeliveryQuery, OutcomeState } from '../../src/journal/delivery.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';
import { appendDelivery } from './contract-outcomes.ts';

/** Every delivery; tests name what narrows it. */
export const EVERYTHING: DeliveryQuery = {
  hook: null,
  state: null,
  source: null,
  event: null,
  since: null,
  until: null,
  after: null,
  size: 100,
};

async function list(journal: Journal, query: Partial<DeliveryQuery> = {}): Promise<readonly string[]> {
  return (await journal.listDeliveries({ ...EVERYTHING, ...query })).map(({ id }) => id);
}

/** Appends a delivery and ends it in a state. */
export async function appendEnded(
  journal: Journal,
  state: OutcomeState,
  { hookId = 'hook', at = START }: { readonly hookId?: string; readonly at?: number } = {},
): Promise<string> {
  const id = await appendDelivery(journal, hookId, at);
  const outcome = state === 'succeeded' ? 'success' : 'failure';
  const attempt = toAttempt({ outcome, reason: state === 'succeeded' ? null : 'status', startedAt: at });
  if (state !== 'pending') await journal.record({ deliveryId: id, attempt, state, dueAt: null });
  return id;
}

/** The read side: what happened. */
export function describeHistory(open: OpenJournal): void {
  describe('listDeliveries()', () => {
    it('lists the newest first, a page at a time', async () => {
      await using opened = await open();
      const { journal } = opened;
      const ids = [];
      for (let n = 0; n < 5; n += 1) ids.push(await appendDelivery(journal));
      const newest = ids.toReversed();
      expect(await list(journal, { size: 2 })).toEqual(newest.slice(0, 2));
      expect(await list(journal, { size: 2, after: newest[1] ?? '' })).toEqual(newest.slice(2, 4));
      expect(await list(journal, { size: 2, after: newest[3] ?? '' })).toEqual(newest.slice(4));
      expect(await list(journal, { after: 'no id at all' })).toEqual([]);
    });

    it('narrows by state, and knows what was never delivered in one question', async () => {
      await using opened = await open();
      const { journal } = opened;
      const [failed, ok, waits, exhausted] = [
        await appendEnded(journal, 'failed'),
        await appendEnded(journal, 'succeeded'),
        await appendEnded(journal, 'pending'),
        await appendEnded(journal, 'exhausted'),
      ];
      expect(await list(journal, { state: 'succeeded' })).toEqual([ok]);
      expect(await list(journal, { state: 'failed' })).toEqual([failed]);
      expect(await list(journal, { state: 'undelivered' })).toEqual([exhausted, waits, failed]);
      expect(await list(journal, { state: 'undelivered', size: 2 })).toEqual([exhausted, waits]);
      expect(await list(journal, { state: 'undelivered', size: 2, after: waits })).toEqual([failed]);
    });

    it('finds a change of an entity by the name of the entity, and no other event', async () => {
      await using opened = await open();
      const { journal } = opened;
      const names = [
        ['crud', 'consumers:create'],
        ['crud', 'consumers:other'],
        ['shop', 'consumers:create'],
        ['shop', 'consumers'],
      ] as const;
      for (const [source, event] of names) {
        await journal.append([toEntry({ event: { source, event }, candidates: [toCandidate('hook')] })]);
      }
      const found = await journal.listDeliveries({ ...EVERYTHING, event: 'consumers' });
      expect(found.map(({ source, event }) => [source, event])).toEqual([names[3], names[0]]);
    });

    it('narrows by hook, source, event and time, together', async () => {
      await using opened = await open();
      const { journal } = opened;
      const candidate = toCandidate('other-id', { hookName: 'other-name' });
      const event = { source: 'dao:crud', event: 'create' };
      await journal.append([toEntry({ event, acceptedAt: START + 5, candidates: [candidate] })]);
      const plain = await appendDelivery(journal);
      const other = [candidate.deliveryId];
      expect(await list(journal, { hook: 'other-id' })).toEqual(other);
      expect(await list(journal, { hook: 'other-name' })).toEqual(other);
      expect(await list(journal, { source: 'dao:crud' })).toEqual(other);
      expect(await list(journal, { event: 'create', hook: 'other-id' })).toEqual(other);
      expect(await list(journal, { event: 'create', hook: 'hook' })).toEqual([]);
      expect(await list(journal, { since: START + 5 })).toEqual(other);
      expect(await list(journal, { until: START + 5 })).toEqual([plain]);
    });
  });

  describe('counts()', () => {
    it('counts every state, over a restart too', async () => {
      await using opened = await open();
      const states: readonly OutcomeState[] = ['pending', 'succeeded', 'succeeded', 'failed', 'exhausted'];
      for (const state of states) await appendEnded(opened.journal, state);
      await opened.reopen();
      const expected = { pending: 1, parked: 0, succeeded: 2, failed: 1, exhausted: 1 };
      expect(await opened.journal.counts()).toEqual(expected);
    });
  });

  describe('findDelivery() and findEvents()', () => {
    it('find nothing for what is no id of theirs', async () => {
      await using opened = await open();
      await appendDelivery(opened.journal);
      for (const id of ['', 'x', '00000000-0000-0000-0000-000000000000', "' OR 1=1 --"]) {
        expect(await opened.journal.findDelivery(id)).toBeNull();
        expect(await opened.journal.findEvents(id)).toEqual([]);
      }
    });
  });
}
