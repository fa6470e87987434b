import { describe, expect, it } from 'vitest';
import type { Journal, PruneStep } from '../../src/journal/journal.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';
import { appendEnded, EVERYTHING } from './contract-history.ts';

async function prune(journal: Journal, step: Partial<PruneStep> = {}): Promise<number> {
  const pruned = await journal.prune({
    before: START,
    maxBytes: Number.MAX_SAFE_INTEGER,
    limit: 100,
    ...step,
  });
  return pruned.events;
}

/** Retention: old events go with all that belongs to them, what is pending stays. */
export function describePruning(open: OpenJournal): void {
  describe('prune()', () => {
    it('takes events older than asked with their deliveries, and leaves the younger', async () => {
      await using opened = await open();
      const { journal } = opened;
      const old = await appendEnded(journal, 'succeeded', { at: START - 1 });
      const young = await appendEnded(journal, 'succeeded', { at: START });
      expect(await prune(journal)).toBe(1);
      expect(await journal.findDelivery(old)).toBeNull();
      expect((await journal.listDeliveries(EVERYTHING)).map(({ id }) => id)).toEqual([young]);
      expect(await journal.counts()).toMatchObject({ succeeded: 1 });
      expect(await prune(journal)).toBe(0);
    });

    it('never takes an event with a pending delivery, and gets past it', async () => {
      await using opened = await open();
      const { journal } = opened;
      const waits = await appendEnded(journal, 'pending', { at: START - 9 });
      for (let n = 0; n < 4; n += 1) await appendEnded(journal, 'failed', { at: START - 5 });
      let gone = 0;
      for (let steps = 0; steps < 4; steps += 1) gone += await prune(journal, { limit: 2 });
      expect(gone).toBe(4);
      expect((await journal.listDeliveries(EVERYTHING)).map(({ id }) => id)).toEqual([waits]);
    });

    it('takes the oldest, however young, while more is stored than may be', async () => {
      await using opened = await open();
      const { journal } = opened;
      const data = { text: 'x'.repeat(20_000) };
      for (let n = 0; n < 50; n += 1)
        await journal.append([toEntry({ event: { id: `e-${n}`, data }, candidates: [] })]);
      const maxBytes = 500_000;
      for (let steps = 0; steps < 50; steps += 1) await prune(journal, { before: 0, maxBytes, limit: 5 });
      expect(await journal.findEvents('e-0')).toEqual([]);
      expect(await journal.findEvents('e-49')).toHaveLength(1);
    });

    it('takes a delivery that was tried more than once', async () => {
      await using opened = await open();
      const { journal } = opened;
      const deliveryId = await appendEnded(journal, 'pending', { at: START - 1 });
      await journal.record({ deliveryId, attempt: toAttempt(), state: 'pending', dueAt: START });
      const attempt = toAttempt({ number: 2 });
      await journal.record({ deliveryId, attempt, state: 'succeeded', dueAt: null });
      expect(await prune(journal)).toBe(1);
      expect(await journal.findDelivery(deliveryId)).toBeNull();
    });

    it('says whether there is more to look at', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (let n = 0; n < 3; n += 1) await appendEnded(journal, 'pending', { at: START - 1 });
      await appendEnded(journal, 'failed', { at: START - 1 });
      const step = { before: START, maxBytes: Number.MAX_SAFE_INTEGER, limit: 3 };
      expect(await journal.prune(step)).toEqual({ events: 0, more: true });
      expect(await journal.prune(step)).toEqual({ events: 1, more: false });
    });

    it('takes the identity with the event: the same id is a new event then', async () => {
      await using opened = await open();
      const entry = toEntry({ event: { id: 'e-1' }, acceptedAt: START - 1, candidates: [] });
      await opened.journal.append([entry]);
      await prune(opened.journal);
      expect(await opened.journal.append([entry])).toMatchObject([{ kind: 'accepted' }]);
    });
  });
}
