import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectClient, type NatsClient, type NatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { type NatsStage, startNatsStage } from '../helpers/nats-stage.ts';

const SECOND_MS = 1_000;
const POLL_MS = 5;

function numbered(count: number, first = 0) {
  return Array.from({ length: count }, (_, n) => ({ subject: 'billing.paid', data: { n: n + first } }));
}

async function startStream(server: NatsServer): Promise<NatsClient> {
  const client = await connectClient(server.url);
  await client.manager.streams.add({ name: 'BILLING', subjects: ['billing.>'] });
  return client;
}

function consume(server: NatsServer, more = '', subject = '"billing.>"'): NatsStage {
  return startNatsStage(`{ servers: "${server.url}", subject: ${subject}, durable: hookline${more} }`);
}

/** Resolves once the server holds nothing of the consumer to be acknowledged or sent. */
async function untilDone(
  { manager }: NatsClient,
  until: (info: { pending: number; unacknowledged: number }) => boolean = ({ pending, unacknowledged }) =>
    pending + unacknowledged === 0,
): Promise<void> {
  for (;;) {
    const { num_pending: pending, num_ack_pending: unacknowledged } = await manager.consumers.info(
      'BILLING',
      'hookline',
    );
    if (until({ pending, unacknowledged })) return;
    await delay(POLL_MS);
  }
}

describe('a durable source of JetStream', () => {
  it('takes all a stream holds, in order, and acknowledges it', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await client.store(...numbered(2_500));
    await using stage = consume(server);
    await stage.until(() => stage.emitted.length === 2_500);
    expect(stage.emitted.map(({ data }) => data.n)).toEqual(Array.from({ length: 2_500 }, (_, n) => n));
    await untilDone(client);
    const { config } = await client.manager.consumers.info('BILLING', 'hookline');
    expect(config).toMatchObject({
      ack_policy: 'explicit',
      deliver_policy: 'all',
      filter_subject: 'billing.>',
      max_ack_pending: 4_000,
    });
  });

  it('takes only what is new where it says so', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await client.store(...numbered(1));
    await using stage = consume(server, ', deliver: new');
    await stage.connected();
    await client.store(...numbered(1, 1));
    await stage.until(() => stage.emitted.length > 0);
    expect(stage.emitted.map(({ data }) => data.n)).toEqual([1]);
  });

  it('has the id of a message that says none be its place in the stream, of this very stream', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await client.store(
      { subject: 'billing.paid', headers: { 'Nats-Msg-Id': 'a' } },
      { subject: 'billing.paid' },
    );
    await using stage = consume(server);
    await stage.until(() => stage.emitted.length === 2);
    const { time } = (await client.manager.streams.getMessage('BILLING', { seq: 2 })) ?? {};
    expect(stage.emitted.map(({ id }) => id)).toEqual(['a', expect.stringMatching(/^BILLING-2-\d{19}$/)]);
    expect(stage.emitted[1]?.time).toBe(time?.toISOString());
    await client.manager.streams.delete('BILLING');
    await stage.until(() => stage.clock.timers === 1);
    await client.manager.streams.add({ name: 'BILLING', subjects: ['billing.>'] });
    stage.clock.advance(SECOND_MS);
    await client.store({ subject: 'billing.paid' }, { subject: 'billing.paid' });
    await stage.until(() => stage.emitted.length === 4);
    expect(new Set(stage.emitted.map(({ id }) => id)).size).toBe(4);
  });

  it('acknowledges nothing before its event is durable, and lets go of it at a stop', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    const stage = consume(server);
    await stage.connected();
    stage.shut(true);
    await client.store(...numbered(10));
    await stage.until(() => stage.feed.state().problem?.includes('the disk is full') ?? false);
    await untilDone(client, ({ unacknowledged }) => unacknowledged === 10);
    await stage.feed.stop();
    expect(stage.emitted).toEqual([]);
    const { ack_floor } = await client.manager.consumers.info('BILLING', 'hookline');
    expect(ack_floor.stream_seq).toBe(0);
  });

  it('ends nothing that is refused while it stops: whoever comes after it may know the event', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await client.store({ subject: 'billing.refused', data: {} }, ...numbered(1));
    const { promise: asked, resolve: begin } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const stage = startNatsStage(`{ servers: "${server.url}", subject: "billing.>", durable: hookline }`, {
      events: 'events: { paid: {}, refused: {} }',
      async emit() {
        begin();
        await answered;
        return [{ index: 0, message: 'no such event' }];
      },
    });
    await asked;
    const stopping = stage.feed.stop();
    answer();
    await stopping;
    const { num_pending: pending, num_ack_pending: unacknowledged } = await client.manager.consumers.info(
      'BILLING',
      'hookline',
    );
    // The server still owes it; the other one was taken.
    expect(pending + unacknowledged).toBe(1);
  });

  it('takes messages once the journal can, though nothing was redelivered', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using stage = consume(server);
    await stage.connected();
    stage.shut(true);
    await client.store(...numbered(10));
    await stage.until(() => stage.feed.state().problem?.includes('the disk is full') ?? false);
    stage.clock.advance(3 * SECOND_MS);
    stage.shut(false);
    stage.clock.advance(2 * SECOND_MS);
    await stage.until(() => stage.emitted.length === 10);
    await untilDone(client);
    expect(stage.feed.state().problem).toBeNull();
  });

  it('tells the server that a message is worked on, so that it does not come again', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using stage = consume(server);
    await stage.connected();
    const told: string[] = [];
    client.connection.subscribe('$JS.ACK.BILLING.hookline.>', {
      callback: (_, message) => void told.push(message.string()),
    });
    stage.shut(true);
    await client.store(...numbered(2));
    await stage.until(() => stage.feed.state().problem !== null);
    await untilDone(client, ({ unacknowledged }) => unacknowledged === 2);
    for (let time = 1; time <= 3; time += 1) {
      stage.clock.advance(10 * SECOND_MS);
      await stage.until(() => told.length === 2 * time);
    }
    expect(new Set(told)).toEqual(new Set(['+WPI']));
    stage.shut(false);
    stage.clock.advance(10 * SECOND_MS);
    await untilDone(client);
    stage.clock.advance(60 * SECOND_MS);
    await client.connection.flush();
    expect(told.filter((word) => word === '+ACK')).toHaveLength(2);
  });

  it('ends messages no event can be made of, takes the others, and says why', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using stage = consume(server);
    await client.store(
      { subject: 'billing.paid', data: 'no JSON' },
      { subject: 'billing.refused', data: {} },
      { subject: 'billing.paid', data: '[1]' },
      { subject: 'billing.paid', data: 'no JSON' },
      { subject: 'billing.paid', data: { n: 1 } },
    );
    await stage.until(() => stage.emitted.length === 1);
    await untilDone(client);
    const { delivered } = await client.manager.consumers.info('BILLING', 'hookline');
    expect(delivered.consumer_seq).toBe(5);
    expect(stage.refused()).toBe(3);
    const said = stage.log.filter((line) => line.includes('refused a message'));
    expect(said.map((line) => JSON.parse(line))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          source: 'billing',
          subject: 'billing.paid',
          err: expect.stringContaining('must be JSON'),
        }),
        expect.objectContaining({ subject: 'billing.refused', err: 'no such event', messages: 1 }),
        expect.objectContaining({ err: expect.stringContaining('must be a JSON object') }),
      ]),
    );
    expect(stage.feed.state().problem).toBeNull();
  });

  it('goes on after a restart of the server where it stood', async () => {
    await using server = await startNatsServer();
    const first = await startStream(server);
    await using stage = consume(server);
    await first.store(...numbered(100));
    await stage.until(() => stage.emitted.length === 100);
    await untilDone(first);
    await server.kill();
    await stage.until(() => stage.feed.state().problem !== null);
    await server.start();
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    await using client = await connectClient(server.url);
    await client.store(...numbered(100, 100));
    await stage.until(() => new Set(stage.emitted.map(({ data }) => data.n)).size === 200);
    await first.connection.close();
  });

  it('follows its subject in a consumer that is there, and leaves that on the server', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    const before = consume(server, '', 'billing.paid');
    await before.connected();
    await before.feed.stop();
    const { name } = await client.manager.consumers.info('BILLING', 'hookline');
    expect(name).toBe('hookline');
    await client.store({ subject: 'billing.invoice.paid' });
    await using stage = consume(server, ', stream: BILLING', 'billing.invoice.paid');
    await stage.until(() => stage.emitted.length === 1);
  });
});

describe('a durable source that cannot be had', () => {
  it('says that there is no stream, and takes messages once there is', async () => {
    await using server = await startNatsServer();
    await using stage = consume(server, ', stream: BILLING');
    await stage.until(() => stage.clock.timers === 1);
    expect(stage.feed.state().problem).toBe('JetStream refused: stream not found');
    await using client = await startStream(server);
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    await client.store(...numbered(1));
    await stage.until(() => stage.emitted.length === 1);
  });

  it.each([
    ['no stream has the subject', '', 'no stream matches subject'],
    ['the server has no JetStream', '', 'jetstream is not enabled'],
  ])('says that %s', async (what, more, text) => {
    await using server = await startNatsServer('', { jetstream: what.includes('has the') });
    await using stage = consume(server, more);
    await stage.until(() => stage.clock.timers === 1);
    expect(stage.feed.state().problem).toContain(text);
  });

  it.each([
    ['pushes', { deliver_subject: 'here', ack_policy: 'explicit' }, 'it is a push consumer'],
    ['acknowledges by itself', { ack_policy: 'none' }, 'its ack_policy is "none"'],
  ] as const)('says that the consumer of that name %s', async (_what, config, text) => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await client.manager.consumers.add('BILLING', { durable_name: 'hookline', ...config });
    await using stage = consume(server);
    await stage.until(() => stage.clock.timers === 1);
    expect(stage.feed.state().problem).toContain(text);
  });

  it('notices that its consumer was deleted, and creates it anew', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using stage = consume(server);
    await stage.connected();
    await client.manager.consumers.delete('BILLING', 'hookline');
    await stage.until(() => stage.feed.state().problem !== null);
    stage.clock.advance(SECOND_MS);
    await stage.connected();
    await client.store(...numbered(1));
    await stage.until(() => stage.emitted.length === 1);
  });
});
