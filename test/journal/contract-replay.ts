import { describe, expect, it } from 'vitest';
import { createId } from '../../src/id.ts';
import type { DeliveryFilter } from '../../src/journal/delivery.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Replay } from '../../src/journal/replay.ts';
import { START } from '../helpers/held-clock.ts';
import { toAttempt, toCandidate } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';
import { appendEnded, EVERYTHING } from './contract-history.ts';

const { after: _after, size: _size, ...ANY } = EVERYTHING;

function start(journal: Journal, filter: Partial<DeliveryFilter>): Promise<Replay> {
  return journal.startReplay({ id: createId(), filter: { ...ANY, ...filter }, at: Date.now() });
}

async function finish(journal: Journal, { id }: Replay, limit = 2): Promise<Replay | null> {
  for (;;) {
    const replay = await journal.stepReplay({ id, at: START + 100, limit });
    if (replay === null || replay.finishedAt !== null) return replay;
  }
}

/** Redelivery, of one and of many. */
export function describeReplays(open: OpenJournal): void {
  describe('redeliver()', () => {
    it('makes a delivery that ended due again, and goes on counting its attempts', async () => {
      await using opened = await open();
      const { journal } = opened;
      const id = await appendEnded(journal, 'exhausted');
      expect(await journal.redeliver(id, START + 100)).toMatchObject({
        id,
        state: 'pending',
        dueAt: START + 100,
      });
      const query = { hookId: 'hook', until: START + 100, limit: 9, except: new Set<string>() };
      const { deliveries } = await journal.due(query);
      expect(deliveries).toMatchObject([{ deliveryId: id, attempts: 1, tries: 0, since: START + 100 }]);
      await journal.record({
        deliveryId: id,
        attempt: toAttempt({ number: 2 }),
        state: 'succeeded',
        dueAt: null,
      });
      expect(await journal.findDelivery(id)).toMatchObject({
        delivery: { state: 'succeeded', attempts: 2, reason: null },
        attempts: [{ number: 1, reason: 'status' }, { number: 2 }],
      });
      expect(await journal.counts()).toMatchObject({ exhausted: 0, pending: 0, succeeded: 1 });
    });

    it('makes due what waits for its next attempt, and leaves alone what is due', async () => {
      await using opened = await open();
      const { journal } = opened;
      const id = await appendEnded(journal, 'pending');
      expect(await journal.redeliver(id, START + 7)).toMatchObject({ dueAt: START });
      const attempt = toAttempt({ outcome: 'retry', reason: 'secret' });
      await journal.record({ deliveryId: id, attempt, state: 'pending', dueAt: START + 3_600_000 });
      expect(await journal.redeliver(id, START + 9)).toMatchObject({ state: 'pending', dueAt: START + 9 });
      const query = { hookId: 'hook', until: START + 9, limit: 9, except: new Set<string>() };
      expect((await journal.due(query)).deliveries).toMatchObject([
        { attempts: 1, tries: 0, since: START + 9 },
      ]);
      expect(await journal.counts()).toMatchObject({ pending: 1 });
    });

    it('knows when there is no such delivery', async () => {
      await using opened = await open();
      expect(await opened.journal.redeliver(toCandidate('x').deliveryId, START)).toBeNull();
      expect(await opened.journal.redeliver('nonsense', START)).toBeNull();
    });
  });

  describe('a replay', () => {
    it('makes due what matches its filter, a step at a time, and says how far it is', async () => {
      await using opened = await open();
      const { journal } = opened;
      for (const state of ['failed', 'succeeded', 'exhausted', 'exhausted', 'pending'] as const)
        await appendEnded(journal, state);
      const replay = await start(journal, { state: 'exhausted' });
      expect(replay).toMatchObject({ finishedAt: null, total: 5, examined: 0, redelivered: 0 });
      const step = await journal.stepReplay({ id: replay.id, at: START, limit: 3 });
      expect(step).toMatchObject({ finishedAt: null, examined: 3, redelivered: 1 });
      const ended = await finish(journal, replay);
      expect(ended).toMatchObject({ finishedAt: START + 100, examined: 5, redelivered: 2 });
      expect(await journal.counts()).toMatchObject({ exhausted: 0, pending: 3, failed: 1, succeeded: 1 });
    });

    it('is told apart by hook, source, event and time', async () => {
      await using opened = await open();
      const { journal } = opened;
      await appendEnded(journal, 'failed', { hookId: 'a', at: START });
      await appendEnded(journal, 'failed', { hookId: 'b', at: START + 50 });
      const count = async (filter: Partial<DeliveryFilter>): Promise<number | undefined> =>
        (await finish(journal, await start(journal, filter)))?.redelivered;
      expect(await count({ source: 'dao:crud' })).toBe(0);
      expect(await count({ hook: 'b', until: START + 50 })).toBe(0);
      expect(await count({ hook: 'b', since: START + 50, state: 'undelivered' })).toBe(1);
      expect(await count({ event: 'consumers' })).toBe(1);
    });

    it('goes on after a restart where it was', async () => {
      await using opened = await open();
      for (let n = 0; n < 5; n += 1) await appendEnded(opened.journal, 'failed');
      const replay = await start(opened.journal, { state: 'failed' });
      await opened.journal.stepReplay({ id: replay.id, at: START, limit: 2 });
      await opened.reopen();
      expect(await opened.journal.openReplays()).toMatchObject([{ id: replay.id, redelivered: 2 }]);
      expect(await finish(opened.journal, replay)).toMatchObject({ redelivered: 5, examined: 5 });
      expect(await opened.journal.openReplays()).toEqual([]);
      expect(await opened.journal.findReplay(replay.id)).toMatchObject({ finishedAt: START + 100 });
    });

    it('does not touch what was accepted after it began', async () => {
      await using opened = await open();
      const replay = await opened.journal.startReplay({
        id: createId(),
        filter: ANY,
        at: Date.now() - 60_000,
      });
      await appendEnded(opened.journal, 'failed');
      expect(await finish(opened.journal, replay)).toMatchObject({ redelivered: 0 });
    });

    it('is not found when there is none', async () => {
      await using opened = await open();
      expect(await opened.journal.findReplay('nonsense')).toBeNull();
      expect(await opened.journal.stepReplay({ id: 'nonsense', at: START, limit: 1 })).toBeNull();
    });
  });
}
