import { describe, expect, it } from 'vitest';
import { type KongAdminApi, startKongAdminApi } from '../helpers/kong-admin-api.ts';
import { setKongStage } from '../helpers/kong-feed.ts';

/** Paths and queries that were asked for, sizes left out. */
function urlsOf({ requests }: KongAdminApi): readonly string[] {
  return requests.map(({ url }) => decodeURIComponent(url).replace(/[?&]size=250/, ''));
}

describe('what a gateway is asked', () => {
  it('are all pages of each list, where the Admin API has it', async () => {
    await using gateway = await startKongAdminApi({ maxPage: 2 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) gateway.put('key-auths', { id });
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['keyauth_credentials'] });
    const offset = (id: string): string => Buffer.from(id).toString('base64');
    expect(urlsOf(gateway)).toEqual([
      '/key-auths',
      `/key-auths&offset=${offset('b')}`,
      `/key-auths&offset=${offset('d')}`,
    ]);
    gateway.put('key-auths', { id: 'f' });
    gateway.remove('key-auths', 'a');
    await stage.look();
    expect(stage.take().map(({ event, data }) => [event, data.schema])).toEqual([
      ['keyauth_credentials:delete', 'keyauth_credentials'],
      ['delete', 'keyauth_credentials'],
      ['keyauth_credentials:create', 'keyauth_credentials'],
      ['create', 'keyauth_credentials'],
    ]);
  });

  it('goes below the path the Admin API is mounted at, with its headers and its token', async () => {
    await using gateway = await startKongAdminApi({ token: 'a-token' });
    gateway.put('kong-admin/services', { id: 's' });
    await using stage = setKongStage(`${gateway.url}/kong-admin/`, {
      env: { TOKEN: 'a-token', KEY: 'a-key' },
    });
    await stage.start({
      entities: ['services'],
      token: '{vault://env/token}',
      headers: { apikey: '{vault://env/key}' },
    });
    expect(stage.state().problem).toBeNull();
    expect(gateway.requests).toMatchObject([
      { path: 'kong-admin/services', headers: { 'kong-admin-token': 'a-token', apikey: 'a-key' } },
    ]);
  });

  it('is for entities with all of its tags; one that loses a tag was changed, not deleted', async () => {
    await using gateway = await startKongAdminApi();
    gateway.put('services', { id: 's', tags: ['a', 'b'] });
    gateway.put('services', { id: 'other', tags: ['a'] });
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['services'], tags: ['a', 'b'] });
    expect(urlsOf(gateway)).toEqual(['/services&tags=a,b']);
    gateway.put('services', { id: 'other', host: 'changed' });
    gateway.put('services', { id: 's', tags: ['a'] });
    await stage.look();
    expect(stage.take().map(({ event, data }) => [event, data.entity])).toEqual([
      ['services:update', expect.objectContaining({ id: 's', tags: ['a'] })],
      ['update', expect.anything()],
    ]);
    const asked = gateway.requests.length;
    gateway.put('services', { id: 's', host: 'changed' });
    await stage.look();
    expect(stage.take()).toEqual([]);
    expect(gateway.requests).toHaveLength(asked + 1);
    gateway.put('services', { id: 's', tags: ['a', 'b'] });
    await stage.look();
    expect(stage.names()).toEqual(['crud services:create', 'dao:crud create']);
  });

  it('leaves alone the targets of an upstream that loses a tag', async () => {
    await using gateway = await startKongAdminApi();
    gateway.put('upstreams', { id: 'u', tags: ['a'] });
    gateway.put('upstreams/u/targets', { id: 't', target: '10.0.0.1:80', upstream: { id: 'u' } });
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['targets'], tags: ['a'] });
    gateway.put('upstreams', { id: 'u', tags: null });
    await stage.look();
    const asked = gateway.requests.length;
    await stage.look();
    expect([stage.take(), gateway.requests.length]).toEqual([[], asked + 1]);
  });

  it('is asked of each workspace by itself, and of those that are none once', async () => {
    await using gateway = await startKongAdminApi();
    gateway.put('workspaces', { id: 'w', name: 'default' });
    gateway.put('default/services', { id: 's' });
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['services', 'workspaces'], workspaces: ['default', 'team a'] });
    expect(urlsOf(gateway)).toEqual(['/workspaces', '/default/services', '/team a/services']);
    gateway.put('team%20a/services', { id: 's' });
    await stage.look();
    expect(stage.names()).toEqual(['crud services:create', 'dao:crud create']);
  });

  it('are the targets of each upstream; those of one that is gone are gone', async () => {
    await using gateway = await startKongAdminApi();
    for (const id of ['u', 'v']) {
      gateway.put('upstreams', { id });
      gateway.put(`upstreams/${id}/targets`, { id: `t-${id}`, target: '10.0.0.1:80', upstream: { id } });
    }
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['upstreams', 'targets'], health: true });
    expect(urlsOf(gateway)).toEqual([
      '/upstreams',
      '/upstreams/u/targets',
      '/upstreams/v/targets',
      '/upstreams/u/health',
      '/upstreams/v/health',
    ]);
    gateway.remove('upstreams', 'u');
    gateway.remove('upstreams/u/targets', 't-u');
    gateway.put('upstreams/v/targets', { id: 't-v', weight: 0 });
    await stage.look();
    expect(stage.names().filter((name) => name.startsWith('crud '))).toEqual([
      'crud upstreams:delete',
      'crud targets:delete',
      'crud targets:update',
    ]);
    expect(urlsOf(gateway)).toContain('/upstreams/u/targets/t-u');
  });
});
