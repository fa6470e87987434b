import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { type KongAdminApi, startKongAdminApi } from '../helpers/kong-admin-api.ts';
import { startRecordingServer } from '../helpers/recording-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

function toGateway(url: string, name = 'gateway'): string {
  return `kind: EventSource\nname: ${name}\nkong: { admin_url: "${url}", interval: 1, token: "{vault://env/token}" }\n`;
}

/** Resolves once a feed has looked since. */
async function looked(gateway: KongAdminApi): Promise<void> {
  const before = gateway.requests.length;
  const count = (): number => gateway.requests.slice(before).filter(({ path }) => path === 'services').length;
  while (count() < 2) await new Promise(setImmediate);
}

async function create(gateway: KongAdminApi, username: string): Promise<void> {
  const headers = { 'kong-admin-token': 'a-token' };
  const body = new URLSearchParams({ username });
  expect((await fetch(`${gateway.url}/consumers`, { method: 'POST', headers, body })).status).toBe(201);
}

async function eventsOf(app: RunningApp): Promise<readonly JsonObject[]> {
  const { body } = await app.get('/deliveries?size=1000');
  return (body as { readonly data: readonly JsonObject[] }).data;
}

describe('a source with a gateway', () => {
  it('has a hook on consumers told of a consumer, over a restart too, and keeps what it saw to itself', async () => {
    await using gateway = await startKongAdminApi({ token: 'a-token' });
    await using receiver = await startRecordingServer();
    const hook = (event: string | null, path: string): string =>
      `source: crud\nevent: ${event}\nhandler: webhook\nconfig: { url: "${receiver.url}/${path}" }\n`;
    await using app = await runApp(
      {
        'gateway.yaml': toGateway(gateway.url),
        'consumers.yaml': hook('consumers', 'consumers'),
        'created.yaml': hook('consumers:create', 'created'),
        'whole.yaml': hook(null, 'whole'),
        'dao.yaml': `source: dao:crud\nhandler: webhook\nconfig: { url: "${receiver.url}/dao" }\n`,
      },
      { env: { TOKEN: 'a-token' } },
    );
    await looked(gateway);
    await create(gateway, 'jane');
    await receiver.received(4);
    const [, body] =
      receiver.requests.map(({ url, body }) => [url, body] as const).find(([url]) => url === '/consumers') ??
      [];
    expect(JSON.parse(body ?? '')).toEqual({
      source: 'crud',
      event: 'consumers',
      operation: 'create',
      schema: 'consumers',
      entity: {
        id: expect.any(String),
        username: 'jane',
        created_at: 1_700_000_000,
        updated_at: 1_700_000_000,
      },
    });
    await app.restart();
    await create(gateway, 'joan');
    await receiver.received(8);
    await looked(gateway);
    expect(receiver.requests.map(({ url }) => url).sort()).toEqual(
      ['/consumers', '/created', '/dao', '/whole'].flatMap((url) => [url, url]),
    );
    expect(await eventsOf(app)).toHaveLength(8);
    expect((await app.get('/status')).body).toMatchObject({
      feeds: [{ source: 'gateway', kind: 'kong', problem: null, last_event_at: expect.any(String) }],
    });
    const dir = join(app.stateDir, 'feeds');
    const [file = ''] = readdirSync(dir);
    expect([statSync(dir).mode & 0o777, statSync(join(dir, file)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(app.log.join('\n')).not.toContain('a-token');
  });

  it('is no source of a hook, and does not mix with another gateway', async () => {
    await using first = await startKongAdminApi();
    await using second = await startKongAdminApi();
    await using receiver = await startRecordingServer();
    await using app = await runApp(
      {
        'first.yaml': toGateway(first.url, 'first'),
        'second.yaml': toGateway(second.url, 'second'),
        'second-only.yaml': `source: crud\nevent: consumers\nfilter: id.startsWith("second~")\nhandler: webhook\nconfig: { url: "${receiver.url}" }\n`,
        'wrong.yaml': 'source: first\nhandler: log\n',
      },
      { env: { TOKEN: 'a-token' }, settings: { reconcile: { policy: 'isolate' } } },
    );
    const status = (await app.get('/status')).body;
    expect(status).toMatchObject({ problems: [{ code: 'unknown_source', file: 'wrong.yaml' }] });
    await Promise.all([looked(first), looked(second)]);
    for (const gateway of [first, second]) gateway.put('consumers', { id: 'same', username: 'jane' });
    await receiver.received(1);
    await Promise.all([looked(first), looked(second)]);
    expect(receiver.requests).toHaveLength(1);
    expect((await eventsOf(app)).map(({ event_id }) => String(event_id).split('~')[0])).toEqual(['second']);
  });
});
