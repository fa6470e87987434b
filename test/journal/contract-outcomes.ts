import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';

const NONE: ReadonlySet<string> = new Set();

/** Appends an event with one delivery and answers that delivery's id. */
export async function appendDelivery(journal: Journal, hookId = 'hook', acceptedAt = START): Promise<string> {
  const candidate = toCandidate(hookId);
  await journal.append([toEntry({ acceptedAt, candidates: [candidate] })]);
  return candidate.deliveryId;
}

function fail(journal: Journal, deliveryId: string, number: number, dueAt: number): Promise<boolean> {
  const attempt = toAttempt({
    number,
    outcome: 'retry',
    reason: 'status',
    status: 500,
    error: 'receiver answered 500',
    response: `answer ${number}`,
  });
  return journal.record({ deliveryId, attempt, state: 'pending', dueAt });
}

async function dueIds(journal: Journal, until: number, hookId = 'hook'): Promise<readonly string[]> {
  const { deliveries } = await journal.due({ hookId, until, limit: 100, except: NONE });
  return deliveries.map(({ deliveryId }) => deliveryId);
}

/** Outcomes and what is due. */
export function describeOutcomes(open: OpenJournal): void {
  describe('record()', () => {
    it('keeps an attempt and the end of its delivery together, over a restart', async () => {
      await using opened = await open();
      const id = await appendDelivery(opened.journal);
      const attempt = toAttempt({ startedAt: START + 10, durationMs: 5, response: 'thanks' });
      await opened.journal.record({ deliveryId: id, attempt, state: 'succeeded', dueAt: null });
      await opened.reopen();
      expect(await opened.journal.findDelivery(id)).toEqual({
        delivery: expect.objectContaining({
          state: 'succeeded',
          attempts: 1,
          finishedAt: START + 15,
          dueAt: null,
          reason: null,
        }),
        attempts: [attempt],
      });
      expect(await dueIds(opened.journal, Number.MAX_SAFE_INTEGER)).toEqual([]);
    });

    it('keeps every attempt of a delivery, the first one first', async () => {
      await using opened = await open();
      const id = await appendDelivery(opened.journal);
      await fail(opened.journal, id, 1, START + 5_000);
      await fail(opened.journal, id, 2, START + 35_000);
      await opened.journal.record({
        deliveryId: id,
        attempt: toAttempt({ number: 3 }),
        state: 'succeeded',
        dueAt: null,
      });
      const found = await opened.journal.findDelivery(id);
      expect(found?.attempts).toMatchObject([
        { number: 1, reason: 'status', status: 500, response: 'answer 1' },
        { number: 2, response: 'answer 2' },
        { number: 3, outcome: 'success', reason: null },
      ]);
      expect(found?.delivery).toMatchObject({ attempts: 3, lastError: null, lastStatus: 204 });
    });

    it('makes a failed delivery due again at its time, with its attempts counted', async () => {
      await using opened = await open();
      const id = await appendDelivery(opened.journal);
      await fail(opened.journal, id, 1, START + 5_000);
      expect(await dueIds(opened.journal, START + 4_999)).toEqual([]);
      const page = await opened.journal.due({ hookId: 'hook', until: START + 5_000, limit: 1, except: NONE });
      expect(page.deliveries).toMatchObject([{ deliveryId: id, attempts: 1, tries: 1, since: START }]);
    });

    it('changes nothing about a delivery that has ended, but keeps that it was tried', async () => {
      await using opened = await open();
      const id = await appendDelivery(opened.journal);
      await opened.journal.record({ deliveryId: id, attempt: toAttempt(), state: 'succeeded', dueAt: null });
      await fail(opened.journal, id, 2, START + 5_000);
      expect(await opened.journal.findDelivery(id)).toMatchObject({
        delivery: { state: 'succeeded', dueAt: null },
        attempts: [{ number: 1 }, { number: 2, outcome: 'retry' }],
      });
    });

    it('takes an outcome for a delivery it does not have', async () => {
      await using opened = await open();
      const { deliveryId } = toCandidate('hook');
      expect(
        await opened.journal.record({ deliveryId, attempt: toAttempt(), state: 'succeeded', dueAt: null }),
      ).toBe(false);
    });
  });

  describe('due()', () => {
    it('answers the deliveries of one hook, those due first first, and leaves out what it is told to', async () => {
      await using opened = await open();
      const late = await appendDelivery(opened.journal, 'hook', START + 2);
      const early = await appendDelivery(opened.journal, 'hook', START + 1);
      await appendDelivery(opened.journal, 'other', START);
      expect(await dueIds(opened.journal, START + 2)).toEqual([early, late]);
      const page = await opened.journal.due({
        hookId: 'hook',
        until: START + 2,
        limit: 9,
        except: new Set([early]),
      });
      expect(page).toMatchObject({ deliveries: [{ deliveryId: late }], more: false, nextDueAt: null });
    });

    it('says whether there is more that is due, and when the next one is', async () => {
      await using opened = await open();
      for (const ms of [0, 1, 2, 50]) await appendDelivery(opened.journal, 'hook', START + ms);
      const ask = (limit: number): ReturnType<Journal['due']> =>
        opened.journal.due({ hookId: 'hook', until: START + 2, limit, except: NONE });
      expect(await ask(2)).toMatchObject({ more: true, nextDueAt: START + 50 });
      expect(await ask(3)).toMatchObject({ more: false, nextDueAt: START + 50 });
    });

    it('knows nothing due for a hook it never heard of', async () => {
      await using opened = await open();
      const page = await opened.journal.due({ hookId: 'nobody', until: START, limit: 9, except: NONE });
      expect(page).toEqual({ deliveries: [], more: false, nextDueAt: null });
    });
  });

  describe('waiting()', () => {
    it('names every hook with pending deliveries and its earliest due time', async () => {
      await using opened = await open();
      await appendDelivery(opened.journal, 'a', START + 7);
      await appendDelivery(opened.journal, 'a', START + 3);
      const done = await appendDelivery(opened.journal, 'b');
      await opened.journal.record({
        deliveryId: done,
        attempt: toAttempt(),
        state: 'succeeded',
        dueAt: null,
      });
      await opened.reopen();
      expect(await opened.journal.waiting()).toEqual([{ hookId: 'a', dueAt: START + 3 }]);
    });
  });
}
