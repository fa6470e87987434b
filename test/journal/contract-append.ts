import { describe, expect, it } from 'vitest';
import { HooklineError } from '../../src/errors.ts';
import type { GateCheck } from '../../src/gate/gate.ts';
import { START } from '../helpers/held-clock.ts';
import { toCandidate, toEntry } from '../helpers/journal-entries.ts';
import type { OpenJournal } from './contract.ts';

const SNOOZE: GateCheck = {
  key: 'snooze',
  onChange: false,
  snoozeMs: 60_000,
  digest: null,
  at: START,
  eventId: 'first',
};

/** Appending: durable, all or nothing, idempotent, with the stateful gates judged on the way. */
export function describeAppending(open: OpenJournal): void {
  describe('append()', () => {
    it('answers each entry in order, with its deliveries and stops', async () => {
      await using opened = await open();
      const stop = { hookId: 'off', hookName: 'off', reason: 'disabled' } as const;
      const entries = [toEntry(), toEntry({ candidates: [], stops: [stop] })];
      expect(await opened.journal.append(entries)).toMatchObject([
        { kind: 'accepted', deliveries: entries[0]?.candidates, stops: [] },
        { kind: 'accepted', deliveries: [], stops: [stop] },
      ]);
    });

    it('keeps what it accepted over a restart', async () => {
      await using opened = await open();
      const data = { text: 'ü \u{1f600} \u0000', nested: { __proto__: null, list: [1, null, 'a'] } };
      const entry = toEntry({ event: { id: 'e-1', data } });
      await opened.journal.append([entry]);
      await opened.reopen();
      const [found] = await opened.journal.findEvents('e-1');
      expect(found).toMatchObject({ event: entry.event, acceptedAt: START, revision: entry.revision });
      expect(found?.deliveries).toMatchObject([{ id: entry.candidates[0]?.deliveryId, state: 'pending' }]);
    });

    it('keeps what came with an event besides its data, for its history and its next attempt', async () => {
      await using opened = await open();
      const attributes = {
        source: '/a',
        traceparent: '00-a',
        größe: 'ü €',
        n: 5,
        yes: true,
        constructor: 'c',
      };
      const entry = toEntry({ event: { id: 'e-1', attributes } });
      await opened.journal.append([entry, toEntry({ event: { id: 'e-2' } })]);
      await opened.reopen();
      const { journal } = opened;
      expect(await journal.findEvents('e-1')).toMatchObject([{ event: { attributes } }]);
      expect(await journal.findEvents('e-2')).toMatchObject([{ event: { attributes: null } }]);
      const page = await journal.due({ hookId: 'hook', until: START, limit: 10, except: new Set() });
      expect(page.deliveries.map(({ event }) => event.attributes)).toEqual([attributes, null]);
    });

    it('counts attributes for what an event takes to hold', async () => {
      await using opened = await open();
      const { journal } = opened;
      const attributes = { subject: 'x'.repeat(1_000) };
      const [bare, full] = [toEntry(), toEntry({ event: { attributes } })];
      const sizes = (await journal.append([bare, full])).map((one) =>
        one.kind === 'accepted' ? one.size : 0,
      );
      const more = JSON.stringify(attributes).length;
      expect(sizes[1]).toBe((sizes[0] ?? 0) + more);
      const { deliveries } = await journal.due({
        hookId: 'hook',
        until: START,
        limit: 10,
        except: new Set(),
      });
      expect(deliveries.map(({ size }) => size)).toEqual(sizes);
    });

    it('takes the same source and id once, over restarts too, and other sources with that id', async () => {
      await using opened = await open();
      const entry = toEntry({ event: { id: 'e-1' } });
      const again = { ...entry, candidates: [toCandidate('hook')] };
      const other = toEntry({ event: { id: 'e-1', source: 'dao:crud' } });
      const kinds = (await opened.journal.append([entry, again, other])).map(({ kind }) => kind);
      expect(kinds).toEqual(['accepted', 'duplicate', 'accepted']);
      await opened.reopen();
      expect(await opened.journal.append([again])).toEqual([{ kind: 'duplicate' }]);
      expect((await opened.journal.counts()).pending).toBe(2);
    });

    it('keeps nothing of a call that cannot be kept whole', async () => {
      await using opened = await open();
      const good = toEntry({ event: { id: 'good' } });
      const taken = good.candidates[0]?.deliveryId ?? '';
      const bad = toEntry({ candidates: [toCandidate('hook', { deliveryId: taken })] });
      await expect(opened.journal.append([good, bad])).rejects.toMatchObject({ code: 'unavailable' });
      expect(await opened.journal.findEvents('good')).toEqual([]);
      expect((await opened.journal.counts()).pending).toBe(0);
    });

    it('does not let a call that fails take others down', async () => {
      await using opened = await open();
      const good = toEntry();
      const taken = good.candidates[0]?.deliveryId ?? '';
      const bad = toEntry({ candidates: [toCandidate('hook', { deliveryId: taken })] });
      const ended = await Promise.allSettled(
        [good, bad, toEntry()].map((one) => opened.journal.append([one])),
      );
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    });

    it('judges snooze within the commit, and remembers it over a restart', async () => {
      await using opened = await open();
      const at = (ms: number): Promise<unknown> =>
        opened.journal.append([
          toEntry({ candidates: [toCandidate('hook', { check: { ...SNOOZE, at: START + ms } })] }),
        ]);
      expect(await at(0)).toMatchObject([{ deliveries: [{ hookId: 'hook' }], stops: [] }]);
      expect(await at(59_999)).toMatchObject([{ deliveries: [], stops: [{ reason: 'snoozed' }] }]);
      await opened.reopen();
      expect(await at(50_000)).toMatchObject([{ deliveries: [], stops: [{ reason: 'snoozed' }] }]);
      expect(await at(60_000)).toMatchObject([{ deliveries: [{ hookId: 'hook' }] }]);
    });

    it('tells which event each gate let through last, over a restart too, and changes nothing by it', async () => {
      await using opened = await open();
      const send = (id: string, ms: number): Promise<unknown> => {
        const check = { ...SNOOZE, digest: 'A', at: START + ms, eventId: id };
        return opened.journal.append([
          toEntry({ event: { id }, candidates: [toCandidate('hook', { check })] }),
        ]);
      };
      expect(await opened.journal.gateStates(['snooze'])).toEqual([null]);
      await send('first', 0);
      await send('second', 1);
      const first = { digest: 'A', passedAt: START, eventId: 'first' };
      expect(await opened.journal.gateStates(['other', 'snooze'])).toEqual([null, first]);
      await opened.reopen();
      expect(await opened.journal.gateStates(['snooze', 'snooze'])).toEqual([first, first]);
      await send('third', 60_000);
      expect(await opened.journal.gateStates(['snooze'])).toMatchObject([{ eventId: 'third' }]);
      expect(await opened.journal.gateStates([])).toEqual([]);
    });

    it('changes no gate for a duplicate', async () => {
      await using opened = await open();
      const check = (digest: string): GateCheck => ({
        key: 'k',
        onChange: true,
        snoozeMs: 0,
        digest,
        at: START,
        eventId: 'e-1',
      });
      const send = (id: string, digest: string): Promise<unknown> =>
        opened.journal.append([
          toEntry({ event: { id }, candidates: [toCandidate('hook', { check: check(digest) })] }),
        ]);
      await send('e-1', 'A');
      expect(await send('e-1', 'B')).toEqual([{ kind: 'duplicate' }]);
      expect(await send('e-2', 'A')).toMatchObject([{ stops: [{ reason: 'unchanged' }] }]);
    });

    it('stops one candidate and lets the others of an event through', async () => {
      await using opened = await open();
      const entry = (): ReturnType<typeof toEntry> =>
        toEntry({ candidates: [toCandidate('a'), toCandidate('b', { check: SNOOZE }), toCandidate('c')] });
      await opened.journal.append([entry()]);
      const second = entry();
      expect(await opened.journal.append([second])).toMatchObject([
        {
          deliveries: [second.candidates[0], second.candidates[2]],
          stops: [{ hookId: 'b', hookName: 'b', reason: 'snoozed' }],
        },
      ]);
      const [found] = await opened.journal.findEvents(second.event.id);
      expect(found?.stops).toEqual([{ hookId: 'b', hookName: 'b', reason: 'snoozed' }]);
      expect(found?.deliveries.map(({ hookId }) => hookId)).toEqual(['a', 'c']);
    });

    it('refuses what comes after it was closed', async () => {
      await using opened = await open();
      await opened.journal.close();
      await expect(opened.journal.append([toEntry()])).rejects.toThrow(HooklineError);
    });

    it('commits what was handed in before it was closed', async () => {
      await using opened = await open();
      const appended = opened.journal.append([toEntry({ event: { id: 'last' } })]);
      await opened.reopen();
      expect(await appended).toMatchObject([{ kind: 'accepted' }]);
      expect(await opened.journal.findEvents('last')).toHaveLength(1);
    });
  });
}
