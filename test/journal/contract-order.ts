import { describe, expect, it } from 'vitest';
import type { OutcomeState } from '../../src/journal/delivery.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';

async function appendOrdered(journal: Journal, orderKey: string): Promise<string> {
  const candidate = toCandidate('hook', { orderKey });
  await journal.append([toEntry({ candidates: [candidate] })]);
  return candidate.deliveryId;
}

async function due(journal: Journal): Promise<readonly string[]> {
  const { deliveries } = await journal.due({
    hookId: 'hook',
    until: START + 1_000_000,
    limit: 100,
    except: new Set(),
  });
  return deliveries.map(({ deliveryId }) => deliveryId);
}

function end(journal: Journal, deliveryId: string, state: OutcomeState = 'succeeded'): Promise<boolean> {
  const dueAt = state === 'pending' ? START + 5_000 : null;
  return journal.record({ deliveryId, attempt: toAttempt(), state, dueAt });
}

/** Order keys: of each, only the first that has not ended is due. */
export function describeOrdering(open: OpenJournal): void {
  describe('an order key', () => {
    it('has one delivery due at a time, in order, whatever the others do', async () => {
      await using opened = await open();
      const { journal } = opened;
      const [a1, b1, a2, a3] = [
        await appendOrdered(journal, 'A'),
        await appendOrdered(journal, 'B'),
        await appendOrdered(journal, 'A'),
        await appendOrdered(journal, 'A'),
      ];
      expect(await due(journal)).toEqual([a1, b1]);
      expect(await end(journal, a1)).toBe(true);
      expect((await due(journal)).toSorted()).toEqual([b1, a2].toSorted());
      expect(await end(journal, b1)).toBe(false);
      expect(await end(journal, a2)).toBe(true);
      expect(await due(journal)).toEqual([a3]);
    });

    it('waits behind a delivery that is to be tried again, and goes on when that one is given up', async () => {
      await using opened = await open();
      const [first, second] = [
        await appendOrdered(opened.journal, 'A'),
        await appendOrdered(opened.journal, 'A'),
      ];
      expect(await end(opened.journal, first, 'pending')).toBe(false);
      await opened.reopen();
      expect(await due(opened.journal)).toEqual([first]);
      expect(await end(opened.journal, first, 'exhausted')).toBe(true);
      expect(await due(opened.journal)).toEqual([second]);
    });

    it('gives a delivery that is asked for again its turn, and no more than that', async () => {
      await using opened = await open();
      const { journal } = opened;
      const [first, second] = [await appendOrdered(journal, 'A'), await appendOrdered(journal, 'A')];
      await end(journal, first, 'exhausted');
      expect(await journal.redeliver(first, START + 100)).toMatchObject({ state: 'pending', dueAt: null });
      const third = await appendOrdered(journal, 'A');
      expect(await due(journal)).toEqual([second]);
      expect(await end(journal, second)).toBe(true);
      expect(await due(journal)).toEqual([first]);
      expect(await end(journal, first)).toBe(true);
      expect(await due(journal)).toEqual([third]);
    });

    it('keeps the order of one commit', async () => {
      await using opened = await open();
      const candidates = Array.from({ length: 5 }, () => toCandidate('hook', { orderKey: 'A' }));
      await opened.journal.append(candidates.map((candidate) => toEntry({ candidates: [candidate] })));
      const seen: string[] = [];
      for (;;) {
        const [next] = await due(opened.journal);
        if (next === undefined) break;
        seen.push(next);
        await end(opened.journal, next);
      }
      expect(seen).toEqual(candidates.map(({ deliveryId }) => deliveryId));
    });
  });
}
