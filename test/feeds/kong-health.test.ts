import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/event.ts';
import { type KongAdminApi, send, startKongAdminApi, toTargetHealth } from '../helpers/kong-admin-api.ts';
import { type KongStage, setKongStage } from '../helpers/kong-feed.ts';

const HEALTHY = toTargetHealth('api.internal:8080', 'HEALTHY', [
  ['10.0.0.1', 'HEALTHY'],
  ['10.0.0.2', 'HEALTHY'],
]);
const ONE_DOWN = toTargetHealth('api.internal:8080', 'HEALTHY', [
  ['10.0.0.1', 'HEALTHY'],
  ['10.0.0.2', 'UNHEALTHY'],
]);
const UNRESOLVED = toTargetHealth('api.internal:8080', 'DNS_ERROR', []);
const UNCHECKED = toTargetHealth('api.internal:8080', 'HEALTHCHECKS_OFF', [
  ['10.0.0.1', 'HEALTHCHECKS_OFF'],
  ['10.0.0.2', 'HEALTHCHECKS_OFF'],
]);

/** A gateway with one upstream whose targets are like this at first, and a feed that looks at health alone. */
async function setUp(...targets: JsonObject[]): Promise<{
  readonly gateway: KongAdminApi;
  readonly stage: KongStage;
  /** What comes of the next look, when targets are like this. */
  become(...targets: JsonObject[]): Promise<readonly JsonObject[]>;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const gateway = await startKongAdminApi();
  gateway.put('upstreams', { id: 'u', name: 'api' });
  gateway.setHealth('u', targets);
  const stage = setKongStage(gateway.url);
  await stage.start({ entities: [], health: true });
  return {
    gateway,
    stage,
    async become(...later) {
      gateway.setHealth('u', later);
      await stage.look();
      return stage.take().map(({ data }) => data);
    },
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

const AT = { upstream_id: 'u', port: 8080, hostname: 'api.internal' };

describe('the health of targets', () => {
  it('gives an event for each address that becomes unhealthy, and healthy again', async () => {
    await using set = await setUp(HEALTHY);
    expect(await set.become(HEALTHY)).toEqual([]);
    set.gateway.setHealth('u', [ONE_DOWN]);
    await set.stage.look();
    expect(set.stage.take()).toEqual([
      {
        id: expect.stringMatching(/^gateway~/),
        source: 'balancer',
        event: 'health',
        data: { ...AT, ip: '10.0.0.2', health: 'unhealthy' },
        time: '2026-01-01T00:01:00.000Z',
        attributes: null,
      },
    ]);
    expect(await set.become(ONE_DOWN)).toEqual([]);
    expect(await set.become(HEALTHY)).toEqual([{ ...AT, ip: '10.0.0.2', health: 'healthy' }]);
  });

  it('is only remembered the first time, over a restart too', async () => {
    await using set = await setUp(ONE_DOWN);
    expect(set.stage.take()).toEqual([]);
    await set.stage.stop();
    set.gateway.setHealth('u', [HEALTHY]);
    await set.stage.start({ entities: [], health: true });
    expect(set.stage.take().map(({ data }) => data.health)).toEqual(['healthy']);
  });

  it('tells of a name that does not resolve, and that it does again', async () => {
    await using set = await setUp(HEALTHY);
    expect(await set.become(UNRESOLVED)).toEqual([{ ...AT, ip: null, health: 'unhealthy' }]);
    expect(await set.become(HEALTHY)).toEqual([{ ...AT, ip: null, health: 'healthy' }]);
  });

  it('stays as it was where it is not checked any more', async () => {
    await using set = await setUp(UNCHECKED);
    expect(await set.become(HEALTHY)).toEqual([]);
    expect(await set.become(ONE_DOWN)).toHaveLength(1);
    expect(await set.become(UNCHECKED)).toEqual([]);
    expect(await set.become(HEALTHY)).toMatchObject([{ ip: '10.0.0.2', health: 'healthy' }]);
  });

  it('of a new target is healthy unless it is said otherwise, and of one that is gone is forgotten', async () => {
    await using set = await setUp();
    expect(await set.become(HEALTHY)).toEqual([]);
    expect(await set.become()).toEqual([]);
    expect(await set.become(ONE_DOWN)).toMatchObject([{ ip: '10.0.0.2', health: 'unhealthy' }]);
  });

  it('is that of the target where a gateway lists no addresses', async () => {
    const target = (health: string): JsonObject => ({ id: 't', target: '[::1]:80', health });
    await using set = await setUp(target('HEALTHY'));
    expect(await set.become(target('UNHEALTHY'))).toEqual([
      { upstream_id: 'u', ip: '::1', port: 80, hostname: '::1', health: 'unhealthy' },
    ]);
  });

  it('of an upstream that cannot be looked at stays as it was, and so does all of it when none can', async () => {
    await using set = await setUp(ONE_DOWN);
    const { gateway, stage } = set;
    for (const path of ['upstreams/u/health', 'upstreams']) {
      gateway.fault = (request, res) => {
        if (request.path !== path) return false;
        send(res, 500, { message: 'busy' });
        return true;
      };
      await stage.look();
      expect([stage.take(), stage.state().problem]).toEqual([[], `GET /${path} answered 500: busy`]);
    }
    gateway.fault = null;
    expect(await set.become(HEALTHY)).toHaveLength(1);
  });

  it('of an upstream that is gone is forgotten', async () => {
    await using set = await setUp(ONE_DOWN);
    set.gateway.remove('upstreams', 'u');
    await set.stage.look();
    set.gateway.put('upstreams', { id: 'u' });
    expect(await set.become(HEALTHY)).toEqual([]);
    expect(await set.become({ id: 'x', target: 'no port', health: 'UNHEALTHY' })).toEqual([]);
  });
});
