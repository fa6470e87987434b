import { describe, expect, it } from 'vitest';
import { createChangePings } from '../../src/deliver/change-pings.ts';
import type { Ping, PingOccasion } from '../../src/deliver/ping.ts';
import { toEntity } from '../../src/http/entity.ts';
import { createLogger } from '../../src/logger.ts';
import type { ChangedHook } from '../../src/reconcile/changed-hooks.ts';
import { startHanging } from '../helpers/fault-receiver.ts';
import { createHeldClock } from '../helpers/held-clock.ts';
import { toLiveHook, WEBHOOK_CONFIG } from '../helpers/live-hook.ts';
import { startWebhooks } from '../helpers/start-webhooks.ts';

interface Sent extends PingOccasion {
  readonly name: string;
  end(error?: string): void;
}

function createBench() {
  const clock = createHeldClock();
  const sent: Sent[] = [];
  const log: string[] = [];
  const ping: Ping = (hook, _entity, occasion) =>
    new Promise((resolve, reject) => {
      if (occasion === undefined) throw new Error('Cannot ping without an occasion');
      const name = hook.definition.name;
      const end = (error?: string): void => {
        if (error === 'throw') reject(new Error('broken'));
        else if (error === undefined) resolve({ result: { kind: 'success', durationMs: 0 }, body: {} });
        else resolve({ result: { kind: 'retry', error, durationMs: 0 }, body: {} });
      };
      sent.push({ ...occasion, name, end });
    });
  const logger = createLogger('warn', { write: (line) => log.push(line) });
  const pings = createChangePings({ ping, toEntity: () => ({}), clock, logger });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { clock, sent, log, pings, settle };
}

function toChanged(
  name: string,
  operation: ChangedHook['operation'] = 'create',
  { url = WEBHOOK_CONFIG.url, digest = 'digest' } = {},
): ChangedHook {
  const config = { ...WEBHOOK_CONFIG, url };
  return { hook: toLiveHook({ name, id: name, handler: 'webhook', config }, { digest }), operation };
}

function said(sent: readonly Sent[]): readonly string[] {
  return sent.map(({ name, operation }) => `${name} ${operation}`);
}

const SET = { revision: 'dir@sha256:1', sources: [{ name: 'hooks', revision: 'dir@sha256:1' }] };

describe('pings on change', () => {
  it('tell the receivers of webhooks, each what became of its hook', () => {
    const { pings, sent } = createBench();
    pings.send(
      [
        toChanged('a'),
        toChanged('b', 'update'),
        toChanged('c', 'delete'),
        { hook: toLiveHook({ name: 'log', handler: 'log', config: {} }), operation: 'create' },
        { hook: toLiveHook({ name: 'off', enabled: false }), operation: 'create' },
      ],
      SET,
    );
    expect(sent.map(({ name, operation }) => [name, operation])).toEqual([
      ['a', 'create'],
      ['b', 'update'],
      ['c', 'delete'],
    ]);
  });

  it('have one id for each change, the same when one is sent again', async () => {
    const { pings, sent, clock, settle } = createBench();
    const same = toChanged('a', 'update');
    for (const one of [same, toChanged('a', 'update', { digest: 'other' }), same]) pings.send([one], SET);
    for (const answer of ['no route to host', undefined, undefined]) {
      sent.at(-1)?.end(answer);
      await settle();
      clock.advance(5_000);
      await settle();
    }
    const [first, again, ...others] = sent.map(({ deliveryId }) => deliveryId);
    expect([again === first, new Set([first, ...others]).size]).toEqual([true, 3]);
  });

  it('are sent again three times, later each time, then given up with a line in the log', async () => {
    const { pings, sent, log, clock, settle } = createBench();
    pings.send([toChanged('a')], SET);
    for (const [tries, waitMs] of [5_000, 30_000, 120_000].entries()) {
      sent[tries]?.end(tries === 1 ? 'throw' : 'no route to host');
      await settle();
      clock.advance(waitMs - 1);
      await settle();
      expect(sent).toHaveLength(tries + 1);
      clock.advance(1);
      await settle();
      expect(sent).toHaveLength(tries + 2);
    }
    sent[3]?.end('no route to host');
    await settle();
    expect([clock.timers, sent.length, log.length]).toEqual([0, 4, 1]);
    expect(log.at(-1)).toContain('cannot ping after a change"');
  });

  it('of one hook go one at a time, in the order of its changes', async () => {
    const { pings, sent, settle } = createBench();
    pings.send([toChanged('a'), toChanged('b')], SET);
    pings.send([toChanged('a', 'update')], SET);
    pings.send([toChanged('a', 'delete')], SET);
    expect(said(sent)).toEqual(['a create', 'b create']);
    sent[0]?.end();
    await settle();
    expect(said(sent).slice(2)).toEqual(['a update']);
    sent[2]?.end();
    await settle();
    expect(said(sent).slice(3)).toEqual(['a delete']);
  });

  it('of one hook wait for one before them that is tried again, or given up', async () => {
    const { pings, sent, clock, settle } = createBench();
    pings.send([toChanged('a')], SET);
    sent[0]?.end('no route to host');
    await settle();
    pings.send([toChanged('a', 'update')], SET);
    clock.advance(4_999);
    await settle();
    expect(said(sent)).toEqual(['a create']);
    for (const waitMs of [1, 30_000, 120_000]) {
      clock.advance(waitMs);
      await settle();
      sent.at(-1)?.end('no route to host');
      await settle();
    }
    expect(said(sent)).toEqual(['a create', 'a create', 'a create', 'a create', 'a update']);
  });

  it('go at once to a new receiver of the hook, whatever the one before does', async () => {
    const { pings, sent, settle } = createBench();
    pings.send([toChanged('a', 'create', { url: 'http://typo.example/' })], SET);
    sent[0]?.end('no such host');
    await settle();
    pings.send([toChanged('a', 'update', { url: 'http://right.example/' })], SET);
    expect(said(sent)).toEqual(['a create', 'a update']);
  });

  it('that wait for a receiver of one hook are not ever more: the oldest is given up', async () => {
    const { pings, sent, log, settle } = createBench();
    for (let n = 0; n <= 18; n += 1) pings.send([toChanged('a', 'update', { digest: `${n}` })], SET);
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { hook: 'a', operation: 'update' },
      { hook: 'a', operation: 'update' },
    ]);
    for (let n = 0; n <= 18; n += 1) {
      sent[n]?.end();
      await settle();
    }
    expect(sent).toHaveLength(17);
  });

  it('of hooks whose receiver hangs hold no other up, and end by their timeout', async () => {
    const clock = createHeldClock();
    await using webhooks = await startWebhooks({ clock });
    await using hanging = await startHanging();
    const log: string[] = [];
    const logger = createLogger('debug', { write: (line) => log.push(line) });
    const pings = createChangePings({ ping: webhooks.ping, toEntity, clock, logger });
    const hung = Array.from({ length: 40 }, (_, n) => toChanged(`${n}`, 'create', { url: hanging.url }));
    pings.send([...hung, toChanged('healthy', 'create', { url: webhooks.receiver.url })], SET);
    await webhooks.receiver.received(1);
    await hanging.untilHeard(4);
    clock.advance(30_000);
    await hanging.untilHeard(5);
    expect(JSON.parse(log[0] ?? '')).toMatchObject({ hook: '0', err: 'timed out after 30000 ms' });
    pings.stop();
  });

  it('end with a stop', async () => {
    const { pings, sent, clock, settle } = createBench();
    pings.send(
      Array.from({ length: 6 }, (_, n) => toChanged(`${n}`)),
      SET,
    );
    pings.send([toChanged('1', 'update')], SET);
    sent[0]?.end('no route to host');
    await settle();
    pings.stop();
    for (const one of sent.slice(1)) one.end('no route to host');
    await settle();
    expect([sent.length, clock.timers]).toEqual([5, 0]);
  });
});
