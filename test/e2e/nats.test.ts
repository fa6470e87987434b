import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumerInfo } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { connectClient, type NatsClient, type NatsServer, startNatsServer } from '../helpers/nats-server.ts';
import { startCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

const POLL_MS = 20;

/** A hook on a durable source of `billing.>`. */
function toFiles({ url }: NatsServer): Readonly<Record<string, string>> {
  const events = 'events: { paid: { schema: { type: object, required: [n] } } }';
  const nats = `nats: { servers: "${url}", subject: "billing.>", durable: hookline }`;
  return {
    'billing.yaml': `kind: EventSource\nname: billing\n${events}\n${nats}\n`,
    'log.yaml': 'source: billing\nhandler: log\n',
  };
}

interface Status {
  readonly counters: { readonly events: Readonly<Record<string, number>> };
  readonly feeds: readonly object[];
}

async function startStream({ url }: NatsServer): Promise<NatsClient> {
  const client = await connectClient(url);
  await client.manager.streams.add({ name: 'BILLING', subjects: ['billing.>'] });
  return client;
}

function numbered(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    subject: 'billing.paid',
    data: { n },
    headers: { 'Nats-Msg-Id': `m-${n}` },
  }));
}

async function statusOf(app: Pick<RunningApp, 'get'>): Promise<Status> {
  return (await app.get('/status')).body as Status;
}

/** Resolves once this holds of the consumer. */
async function until({ manager }: NatsClient, holds: (info: ConsumerInfo) => boolean): Promise<void> {
  while (!holds(await manager.consumers.info('BILLING', 'hookline'))) await delay(POLL_MS);
}

/** Resolves once the consumer has nothing left. */
function untilDone(client: NatsClient): Promise<void> {
  return until(client, ({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0);
}

/** The event of every delivery there is. */
async function listEventIds(url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let next: string | null = '/deliveries?size=1000'; next !== null; ) {
    const page = (await (await fetch(`${url}${next}`)).json()) as {
      readonly data: readonly { readonly event_id: string }[];
      readonly next: string | null;
    };
    ids.push(...page.data.map(({ event_id }) => event_id));
    next = page.next;
  }
  return ids;
}

describe('a source of NATS', () => {
  it('has its messages delivered, and counts what is refused', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using running = await runApp(toFiles(server));
    await client.store(
      ...numbered(2),
      { subject: 'billing.paid', data: { m: 1 } },
      { subject: 'billing.voided', data: { n: 1 } },
      { subject: 'billing.paid', data: 'no JSON' },
    );
    await running.untilLogged(
      () => running.log.filter((line) => line.includes('refused a message')).length === 3,
    );
    await untilDone(client);
    await running.app.idle();
    const { counters, feeds } = await statusOf(running);
    expect(counters.events).toEqual({ accepted: 2, duplicate: 0, refused: 3 });
    expect(feeds).toEqual([
      { source: 'billing', kind: 'nats', problem: null, last_event_at: expect.stringMatching(/^\d{4}-/) },
    ]);
    const reasons = running.log.filter((line) => line.includes('refused a message')).join('\n');
    expect(reasons).toContain('does not fit the schema of billing paid');
    expect(reasons).toContain('voided');
    expect((await running.get('/events/m-0')).status).toBe(200);
  });

  it('has a message that comes again be a duplicate', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using running = await runApp(toFiles(server));
    await running.untilLogged(() => running.log.some((line) => line.includes('takes messages')));
    await client.store(...numbered(10));
    await untilDone(client);
    await client.manager.consumers.delete('BILLING', 'hookline');
    await running.restart();
    await running.untilLogged(
      () => running.log.filter((line) => line.includes('takes messages')).length === 2,
    );
    await untilDone(client);
    expect((await statusOf(running)).counters.events).toEqual({ accepted: 0, duplicate: 10, refused: 0 });
  });

  it('starts when the server is down, and says so', async () => {
    await using server = await startNatsServer();
    await server.kill();
    await using running = await runApp(toFiles(server));
    await running.untilLogged(() => running.log.some((line) => line.includes('connection refused')));
    expect((await statusOf(running)).feeds).toEqual([
      {
        source: 'billing',
        kind: 'nats',
        problem: expect.stringContaining('connection refused'),
        last_event_at: null,
      },
    ]);
  });

  it('ends when it leaves the definitions, and leaves its consumer where it is', async () => {
    await using server = await startNatsServer();
    await using client = await startStream(server);
    await using running = await runApp(toFiles(server));
    await running.untilLogged(() => running.log.some((line) => line.includes('takes messages')));
    const events = 'kind: EventSource\nname: billing\nevents: { paid: {} }\n';
    running.hooks.write('billing.yaml', events);
    await running.app.reconcile();
    await until(client, ({ num_waiting }) => num_waiting === 0);
    await client.store(...numbered(1));
    expect((await statusOf(running)).feeds).toEqual([]);
    expect((await client.manager.consumers.info('BILLING', 'hookline')).num_pending).toBe(1);
    running.hooks.write('billing.yaml', toFiles(server)['billing.yaml'] ?? '');
    await running.app.reconcile();
    await untilDone(client);
    expect((await statusOf(running)).counters.events).toEqual({ accepted: 1, duplicate: 0, refused: 0 });
  });
});

describe('a Hookline that is killed while messages come', () => {
  const MESSAGES = 3_000;
  const KILLS = 3;
  const TIMEOUT_MS = 180_000;

  it(
    'has every message in its journal, and none twice',
    async () => {
      await using server = await startNatsServer();
      await using client = await startStream(server);
      // What was on its way at a kill comes again after a second and not after half a minute.
      await client.manager.consumers.add('BILLING', {
        durable_name: 'hookline',
        ack_policy: 'explicit',
        ack_wait: 1e9,
        filter_subject: 'billing.>',
        max_ack_pending: 500,
      });
      using hooks = createTempDir();
      using state = createTempDir();
      for (const [file, text] of Object.entries(toFiles(server))) hooks.write(file, text);
      const serve = () =>
        startCommand(['serve', hooks.path, '--listen', '127.0.0.1:0', '--state', state.path]);
      const messages = numbered(MESSAGES);
      for (let kill = 0; kill < KILLS; kill += 1) {
        await using hookline = serve();
        await hookline.printed('takes messages of NATS');
        await client.store(...messages.slice((kill * MESSAGES) / KILLS, ((kill + 1) * MESSAGES) / KILLS));
        hookline.kill('SIGKILL');
        await hookline.ended;
      }
      await using hookline = serve();
      const [, url = ''] = await hookline.printed(/(http:\/\/127\.0\.0\.1:\d+)/);
      await untilDone(client);
      const { delivered } = await client.manager.consumers.info('BILLING', 'hookline');
      const ids = await listEventIds(url);
      expect(ids.length).toBe(MESSAGES);
      expect(new Set(ids)).toEqual(new Set(messages.map(({ headers }) => headers['Nats-Msg-Id'])));
      // Some were on their way at each kill, or nothing was shown.
      expect(delivered.consumer_seq).toBeGreaterThan(MESSAGES);
    },
    TIMEOUT_MS,
  );
});
