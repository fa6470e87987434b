import { describe, expect, it } from 'vitest';
import { START } from '../helpers/held-clock.ts';
import { connectClient, startNatsServer } from '../helpers/nats-server.ts';
import { startNatsStage } from '../helpers/nats-stage.ts';

const SECOND_MS = 1_000;

describe('a source of core NATS', () => {
  it('takes what is published to its subject', async () => {
    await using server = await startNatsServer();
    await using stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.>" }`);
    await stage.connected();
    await using client = await connectClient(server.url);
    await client.publish({
      subject: 'billing.invoice.paid',
      data: { invoice: 7 },
      headers: { 'Nats-Msg-Id': 'a' },
    });
    await client.publish({ subject: 'other.invoice.paid', data: {} }, { subject: 'billing.paid' });
    await stage.until(() => stage.emitted.length === 2);
    const common = { source: 'billing', time: new Date(START).toISOString(), attributes: null };
    expect(stage.emitted).toEqual([
      { ...common, id: 'a', event: 'invoice.paid', data: { invoice: 7 } },
      { ...common, id: expect.stringMatching(/^[0-9a-f-]{36}$/), event: 'paid', data: {} },
    ]);
    expect(stage.feed.state()).toEqual({
      source: 'billing',
      kind: 'nats',
      problem: null,
      lastEventAt: START,
    });
  });

  it('shares messages with others of its queue group', async () => {
    await using server = await startNatsServer();
    const nats = `{ servers: ["${server.url}"], subject: ["billing.*", "other.*"], queue: hookline }`;
    await using one = startNatsStage(nats);
    await using other = startNatsStage(nats);
    await Promise.all([one.connected(), other.connected()]);
    await using client = await connectClient(server.url);
    await client.publish(
      ...Array.from({ length: 100 }, (_, n) => ({ subject: 'billing.paid', data: { n } })),
    );
    await client.publish({ subject: 'other.paid', data: { n: 100 } });
    await one.until(() => one.emitted.length + other.emitted.length === 101);
    const taken = [...one.emitted, ...other.emitted].map(({ data }) => Number(data.n));
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, n) => n));
    expect(Math.min(one.emitted.length, other.emitted.length)).toBeGreaterThan(0);
  });

  it('starts while the server is down, says so, and takes messages once it is up', async () => {
    await using server = await startNatsServer();
    await server.kill();
    await using stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.*" }`);
    await stage.until(() => stage.clock.timers === 1);
    expect(stage.feed.state().problem).toContain('connection refused');
    expect(stage.log).toHaveLength(1);
    stage.clock.advance(SECOND_MS);
    await stage.until(() => stage.clock.timers === 1);
    await server.start();
    stage.clock.advance(SECOND_MS);
    expect(stage.clock.timers).toBe(1);
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    await using client = await connectClient(server.url);
    await client.publish({ subject: 'billing.paid', data: {} });
    await stage.until(() => stage.emitted.length === 1);
    expect(stage.log).toHaveLength(2);
  });

  it('connects again to a server that went away', async () => {
    await using server = await startNatsServer();
    await using stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.*" }`);
    await stage.connected();
    await server.kill();
    await stage.until(() => stage.clock.timers === 1);
    expect(stage.feed.state().problem).not.toBeNull();
    await server.start();
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    await using client = await connectClient(server.url);
    await client.publish({ subject: 'billing.paid', data: {} });
    await stage.until(() => stage.emitted.length === 1);
  });

  it('keeps what cannot be taken now as far as there is room, and says how many were dropped', async () => {
    await using server = await startNatsServer();
    await using stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.*" }`);
    await stage.connected();
    stage.shut(true);
    await using client = await connectClient(server.url);
    await client.publish({ subject: 'billing.paid', data: { n: 0 } });
    await stage.until(() => stage.feed.state().problem?.includes('the disk is full') ?? false);
    await client.publish(
      ...Array.from({ length: 10_002 }, (_, n) => ({ subject: 'billing.paid', data: { n: n + 1 } })),
    );
    await stage.until(() => stage.feed.state().problem?.includes('2 are lost') ?? false);
    expect(stage.feed.state().problem).toContain('the disk is full');
    stage.shut(false);
    stage.clock.advance(5 * SECOND_MS);
    await stage.until(() => stage.emitted.length === 10_001);
    await stage.connected();
    expect(stage.emitted.map(({ data }) => data.n)).toEqual(Array.from({ length: 10_001 }, (_, n) => n));
    expect(Math.max(...stage.batches)).toBe(1_000);
    expect(stage.log.filter((line) => line.includes('2 are lost'))).toHaveLength(1);
  });

  it('takes what has come before it stops', async () => {
    await using server = await startNatsServer();
    const stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.*" }`);
    await stage.connected();
    await using client = await connectClient(server.url);
    await client.publish(
      ...Array.from({ length: 3_000 }, (_, n) => ({ subject: 'billing.paid', data: { n } })),
    );
    await stage.feed.stop();
    expect(stage.emitted).toHaveLength(3_000);
    expect(stage.clock.timers).toBe(0);
  });

  it('says how many messages a stop has lost, since nothing could be taken', async () => {
    await using server = await startNatsServer();
    const stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.*" }`);
    await stage.connected();
    stage.shut(true);
    await using client = await connectClient(server.url);
    await client.publish(...Array.from({ length: 3 }, () => ({ subject: 'billing.paid' })));
    await stage.until(() => stage.feed.state().problem !== null);
    await stage.feed.stop();
    expect(stage.log.filter((line) => line.includes('3 are lost'))).toHaveLength(1);
  });
});
