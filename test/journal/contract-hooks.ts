import { describe, expect, it } from 'vitest';
import { START } from '../helpers/held-clock.ts';
import { toCandidate, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';
import { EVERYTHING } from './contract-history.ts';
import { appendDelivery } from './contract-outcomes.ts';

/** What is remembered of hooks. */
export function describeHooks(open: OpenJournal): void {
  describe('noteHooks()', () => {
    it('remembers when each was first seen and last changed, over a restart', async () => {
      await using opened = await open();
      const note = (digest: string, at: number): Promise<unknown> =>
        opened.journal.noteHooks([{ hookId: 'a', hookName: 'a', digest }], at);
      expect(await note('1', START)).toEqual([{ createdAt: START, updatedAt: START }]);
      expect(await note('1', START + 1)).toEqual([{ createdAt: START, updatedAt: START }]);
      await opened.reopen();
      expect(await note('2', START + 2)).toEqual([{ createdAt: START, updatedAt: START + 2 }]);
    });
  });

  describe('markGone()', () => {
    it('is remembered with the digest it holds for', async () => {
      await using opened = await open();
      await opened.journal.noteHooks([{ hookId: 'a', hookName: 'a', digest: '1' }], START);
      await opened.journal.markGone({ hookId: 'a', digest: '1' });
      await opened.reopen();
      expect(await opened.journal.gone()).toEqual([{ hookId: 'a', digest: '1' }]);
    });
  });

  describe('park()', () => {
    it('shows the pending deliveries of a hook as parked until it is back', async () => {
      await using opened = await open();
      const { journal } = opened;
      const id = await appendDelivery(journal);
      await appendDelivery(journal, 'other');
      await journal.park(['hook'], START);
      await opened.reopen();
      const reopened = opened.journal;
      expect(await reopened.parked()).toEqual([{ hookId: 'hook', parkedAt: START }]);
      expect(await reopened.counts()).toMatchObject({ parked: 1, pending: 1 });
      const parked = await reopened.listDeliveries({ ...EVERYTHING, state: 'parked' });
      expect(parked).toMatchObject([{ id, state: 'parked' }]);
      expect(await reopened.listDeliveries({ ...EVERYTHING, state: 'pending' })).toMatchObject([
        { hookId: 'other' },
      ]);
      expect(await reopened.listDeliveries({ ...EVERYTHING, state: 'undelivered' })).toHaveLength(2);
      await reopened.park(['hook'], null);
      expect(await reopened.counts()).toMatchObject({ parked: 0, pending: 2 });
    });
  });

  describe('abandon()', () => {
    it('ends what waits for a hook, some at a time, with the reason', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (let n = 0; n < 3; n += 1) await appendDelivery(journal);
      const orderKey = 'A';
      const ordered = [toCandidate('hook', { orderKey }), toCandidate('hook', { orderKey })];
      await journal.append(ordered.map((candidate) => toEntry({ candidates: [candidate] })));
      const other = await appendDelivery(journal, 'other');
      const abandon = (): Promise<number> => journal.abandon({ hookId: 'hook', at: START + 9, limit: 3 });
      expect([await abandon(), await abandon(), await abandon()]).toEqual([3, 2, 0]);
      const ended = await journal.listDeliveries({ ...EVERYTHING, state: 'failed' });
      expect(ended).toHaveLength(5);
      expect(ended[0]).toMatchObject({
        reason: 'hook_removed',
        finishedAt: START + 9,
        dueAt: null,
        attempts: 0,
      });
      expect(await journal.waiting()).toEqual([{ hookId: 'other', dueAt: START }]);
      expect((await journal.findDelivery(other))?.delivery.state).toBe('pending');
    });
  });
}
