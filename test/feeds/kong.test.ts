import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { START } from '../helpers/held-clock.ts';
import { send, startKongAdminApi } from '../helpers/kong-admin-api.ts';
import { setKongStage } from '../helpers/kong-feed.ts';

const JANE = { id: 'jane', username: 'jane', custom_id: null };

describe('a gateway that is looked at', () => {
  it('is only remembered the first time', async () => {
    await using gateway = await startKongAdminApi();
    gateway.put('consumers', JANE);
    await using stage = setKongStage(gateway.url);
    await stage.start();
    await stage.look(2);
    expect(stage.take()).toEqual([]);
    expect(stage.state()).toEqual({ source: 'gateway', kind: 'kong', problem: null, lastEventAt: null });
    expect(stage.waits).toEqual([30_000, 30_000, 30_000]);
  });

  it('gives an event of crud and one of dao:crud for what is new, changed and gone, as the reference has them', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start();
    gateway.put('consumers', JANE);
    await stage.look();
    const created = { id: 'jane', username: 'jane', created_at: 1_700_000_000, updated_at: 1_700_000_000 };
    const time = '2026-01-01T00:00:30.000Z';
    expect(stage.take()).toEqual([
      {
        id: expect.stringMatching(/^gateway~[0-9a-f]{32}$/),
        source: 'crud',
        event: 'consumers:create',
        data: { operation: 'create', entity: created, schema: 'consumers' },
        time,
        attributes: null,
      },
      expect.objectContaining({ source: 'dao:crud', event: 'create', time }),
    ]);
    expect(stage.state().lastEventAt).toBe(START + 30_000);
    gateway.put('consumers', { id: 'jane', custom_id: 'j-1', updated_at: 1_700_000_001 });
    await stage.look();
    const updated = { ...created, custom_id: 'j-1', updated_at: 1_700_000_001 };
    const [update, again] = stage.take();
    expect(update).toMatchObject({ source: 'crud', event: 'consumers:update' });
    expect(update?.data).toEqual({
      operation: 'update',
      entity: updated,
      old_entity: created,
      schema: 'consumers',
    });
    expect(again?.data).toEqual(update?.data);
    gateway.remove('consumers', 'jane');
    await stage.look();
    const [deletion] = stage.take();
    expect(deletion).toMatchObject({ source: 'crud', event: 'consumers:delete' });
    expect(deletion?.data).toEqual({ operation: 'delete', entity: updated, schema: 'consumers' });
    await stage.look();
    expect(stage.take()).toEqual([]);
  });

  it('gives what changed while nothing ran, once', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    gateway.put('consumers', JANE);
    gateway.put('services', { id: 'shop' });
    await stage.start();
    await stage.stop();
    gateway.put('consumers', { id: 'jane', username: 'joan' });
    gateway.remove('services', 'shop');
    gateway.put('services', { id: 'bank' });
    await stage.start();
    await stage.look();
    expect(stage.names().filter((name) => name.startsWith('crud '))).toEqual([
      'crud services:delete',
      'crud services:create',
      'crud consumers:update',
    ]);
  });

  it.each([
    ['at another place', { admin_url: 'http://localhost' }],
    ['by other tags', { tags: ['own'] }],
  ])('%s is remembered anew', async (_, overrides) => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    gateway.put('consumers', { ...JANE, tags: ['own'] });
    await stage.start();
    await stage.stop();
    const { admin_url } = overrides as { readonly admin_url?: string };
    const url = admin_url === undefined ? gateway.url : gateway.url.replace('http://127.0.0.1', admin_url);
    gateway.put('consumers', { id: 'joan', tags: ['own'] });
    await stage.start({ ...overrides, admin_url: url });
    expect(stage.state().problem).toBeNull();
    expect(stage.take()).toEqual([]);
    gateway.remove('consumers', 'joan');
    await stage.look();
    expect(stage.names()).toEqual(['crud consumers:delete', 'dao:crud delete']);
  });

  it('remembers a list it is told to look at later, and gives nothing of one it is not', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    gateway.put('consumers', JANE);
    gateway.put('routes', { id: 'a' });
    await stage.start({ entities: ['consumers'] });
    await stage.stop();
    await stage.start({ entities: ['routes'] });
    gateway.put('routes', { id: 'b' });
    gateway.remove('consumers', 'jane');
    await stage.look();
    expect(stage.names()).toEqual(['crud routes:create', 'dao:crud create']);
  });

  it.each([{}, { lists: { consumers: { jane: ['digest'] } } }, { health: 1 }, { count: null }])(
    'is remembered anew when what was kept is %j',
    async (broken) => {
      await using gateway = await startKongAdminApi();
      await using stage = setKongStage(gateway.url);
      await stage.start();
      await stage.stop();
      const spoilt = Object.keys(broken).length === 0 ? {} : { ...stage.kept, ...broken };
      stage.kept = spoilt as JsonObject;
      gateway.put('consumers', JANE);
      await stage.start();
      await stage.look();
      expect(stage.take()).toEqual([]);
      gateway.remove('consumers', 'jane');
      await stage.look();
      expect(stage.names()).toHaveLength(2);
    },
  );

  it('gives the same ids again when it could not note what it gave, and others when a change comes again', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start();
    stage.failing.save = 'the disk is full';
    gateway.put('consumers', JANE);
    await stage.look();
    const first = stage.take();
    expect(stage.state().problem).toBe('the disk is full');
    stage.failing.save = null;
    await stage.stop();
    await stage.start();
    const again = stage.take();
    expect(again.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(new Set(first.map(({ id }) => id)).size).toBe(2);
    gateway.remove('consumers', 'jane');
    await stage.look();
    gateway.put('consumers', JANE);
    await stage.look();
    const later = stage.take().filter(({ event }) => event === 'consumers:create');
    expect(later).toHaveLength(1);
    expect(first.map(({ id }) => id)).not.toContain(later[0]?.id);
  });

  it('keeps a change until it can be taken in', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start();
    stage.failing.emit = 'no room';
    gateway.put('consumers', JANE);
    await stage.look(3);
    expect(stage.state().problem).toBe('no room');
    expect(stage.waits.slice(-3)).toEqual([30_000, 60_000, 120_000]);
    stage.failing.emit = null;
    await stage.look();
    expect(stage.names()).toEqual(['crud consumers:create', 'dao:crud create']);
    expect(stage.state().problem).toBeNull();
  });

  it('says why a change was refused, and goes on without it', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start();
    stage.failing.refuse = 'no such event';
    gateway.put('consumers', JANE);
    await stage.look(2);
    const refusal = { source: 'gateway', err: 'no such event', msg: 'a change of a gateway was refused' };
    expect(stage.log.map((line) => JSON.parse(line))).toMatchObject([refusal, refusal]);
    expect(stage.state()).toMatchObject({ problem: null, lastEventAt: null });
  });

  it('takes a change of one secret for a change, and shows neither', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    gateway.put('key-auths', { id: 'k', key: 'first-key', consumer: { id: 'jane' } });
    gateway.put('plugins', {
      id: 'p',
      name: 'openid-connect',
      config: { client_secret: ['first-secret'], redis: { password: 'first-password' }, issuer: null },
    });
    gateway.put('certificates', {
      id: 'c',
      cert: 'public',
      key: 'first-private',
      key_alt: '{vault://env/alt}',
    });
    const entities = ['keyauth_credentials', 'plugins', 'certificates'];
    await stage.start({ entities });
    gateway.put('key-auths', { id: 'k', key: 'second-key' });
    gateway.put('plugins', {
      id: 'p',
      config: { client_secret: ['second-secret'], redis: { password: 'first-password' } },
    });
    gateway.put('certificates', { id: 'c', key: 'second-private' });
    await stage.look();
    const events = stage.take();
    expect(
      events.filter(({ source }) => source === 'crud').map(({ data }) => [data.entity, data.old_entity]),
    ).toEqual([
      [
        {
          id: 'k',
          key: '******',
          consumer: { id: 'jane' },
          created_at: 1_700_000_000,
          updated_at: 1_700_000_000,
        },
        expect.objectContaining({ key: '******' }),
      ],
      [
        expect.objectContaining({ config: { client_secret: ['******'], redis: { password: '******' } } }),
        expect.objectContaining({ config: { client_secret: ['******'], redis: { password: '******' } } }),
      ],
      [
        expect.objectContaining({ cert: 'public', key: '******', key_alt: '{vault://env/alt}' }),
        expect.anything(),
      ],
    ]);
    expect(JSON.stringify([events, stage.kept])).not.toMatch(/first|second/);
  });

  it('gives nothing more once it was stopped, and does not wait for a request that hangs', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start();
    gateway.put('consumers', JANE);
    gateway.fault = () => true;
    const asked = gateway.requests.length;
    void stage.look();
    while (gateway.requests.length === asked) await new Promise(setImmediate);
    await stage.stop();
    expect(stage.take()).toEqual([]);
  });

  it('asks for nothing more once it was stopped', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['services', 'routes', 'consumers'] });
    const asked = gateway.requests.length;
    const answered = Promise.withResolvers<void>();
    gateway.fault = (_request, res) => {
      void stage.stop().then(() => {
        send(res, 200, { data: [], next: null });
        res.once('close', answered.resolve);
      });
      return true;
    };
    void stage.look();
    await answered.promise;
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(gateway.requests).toHaveLength(asked + 1);
  });
});
