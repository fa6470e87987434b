import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type AdminFault, type KongAdminApi, send, startKongAdminApi } from '../helpers/kong-admin-api.ts';
import { type KongStage, setKongStage } from '../helpers/kong-feed.ts';

/** A gateway with some consumers in pages of two, and a feed that has seen them. */
async function setUp(consumers = 5): Promise<{
  readonly gateway: KongAdminApi;
  readonly stage: KongStage;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const gateway = await startKongAdminApi({ maxPage: 2 });
  for (let n = 0; n < consumers; n += 1) gateway.put('consumers', { id: `c${n}` });
  gateway.put('services', { id: 's' });
  const stage = setKongStage(gateway.url);
  await stage.start();
  return {
    gateway,
    stage,
    async [Symbol.asyncDispose]() {
      await stage[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

function answerWith(path: string, answer: (res: ServerResponse) => void): AdminFault {
  return (request, res) => {
    if (request.path !== path) return false;
    answer(res);
    return true;
  };
}

const LISTS_ANOTHER_WAY: readonly (readonly [string, (res: ServerResponse) => void, string])[] = [
  [
    'answers 500',
    (res) => send(res, 500, { message: 'An unexpected error occurred' }),
    'GET /consumers answered 500: An unexpected error occurred',
  ],
  [
    'answers 403',
    (res) => send(res, 403, { message: 'jane, you do not have permissions to read this resource' }),
    'GET /consumers answered 403: jane, you do not have permissions to read this resource',
  ],
  [
    'has no such list',
    (res) => send(res, 404, { message: 'Not found' }),
    'GET /consumers answered 404: there is no such list',
  ],
  [
    'answers 404 with a page of its own',
    (res) => res.writeHead(404).end('<h1>404</h1>'),
    'GET /consumers answered 404',
  ],
  ['redirects', (res) => res.writeHead(302, { location: '/elsewhere' }).end(), 'GET /consumers answered 302'],
  [
    'answers no JSON',
    (res) => res.end('<html>'),
    'GET /consumers answered no JSON object: is this the Admin API?',
  ],
  [
    'answers half a page',
    (res) => res.end('{"data":[{"id":"c0"},{"id":"c'),
    'GET /consumers answered no JSON object: is this the Admin API?',
  ],
  [
    'answers something else',
    (res) => send(res, 200, { version: '3.7.1' }),
    'GET /consumers answered no list of entities: is this the Admin API?',
  ],
  [
    'lists what has no id',
    (res) => send(res, 200, { data: [{ name: 'a' }], next: null }),
    'GET /consumers answered no list of entities: is this the Admin API?',
  ],
  [
    'says of the next page not where it is',
    (res) => send(res, 200, { data: [{ id: 'c0' }], next: '/consumers?page=2' }),
    'GET /consumers answered a next page without its offset',
  ],
  [
    'leads in a circle',
    (res) => send(res, 200, { data: [{ id: 'c0' }], next: '/consumers?offset=a', offset: 'a' }),
    'GET /consumers goes round in a circle of pages',
  ],
];

describe('a gateway', () => {
  it.each(LISTS_ANOTHER_WAY)(
    'whose list %s loses nothing, says why, and the rest goes on',
    async (_, answer, problem) => {
      await using set = await setUp();
      const { gateway, stage } = set;
      gateway.fault = answerWith('consumers', answer);
      gateway.put('services', { id: 't' });
      await stage.look();
      expect(stage.names()).toEqual(['crud services:create', 'dao:crud create']);
      expect(stage.state().problem).toBe(problem);
      await stage.look(2);
      expect(stage.take()).toEqual([]);
      expect(stage.log.filter((line) => line.includes('cannot look at all'))).toHaveLength(1);
      expect(stage.waits.at(-1)).toBe(30_000);
      gateway.fault = null;
      gateway.remove('consumers', 'c1');
      await stage.look();
      expect(stage.names()).toEqual(['crud consumers:delete', 'dao:crud delete']);
      expect(stage.state().problem).toBeNull();
    },
  );

  it('that breaks off in a page loses nothing, and neither does one that breaks off between two', async () => {
    await using set = await setUp();
    const { gateway, stage } = set;
    gateway.fault = answerWith('consumers', (res) => {
      res.writeHead(200, { 'content-length': 1_000 }).write('{"data":[{"id":"c0"}');
      setImmediate(() => res.destroy());
    });
    await stage.look();
    expect(stage.take()).toEqual([]);
    expect(stage.state().problem).toMatch(/^GET \/consumers failed: /);
    gateway.fault = ({ query }, res) => {
      if (query.get('offset') === null) return false;
      send(res, 500, { message: 'down' });
      return true;
    };
    await stage.look();
    expect(stage.take()).toEqual([]);
    expect(stage.state().problem).toBe('GET /consumers answered 500: down');
  });

  it('that is down is asked less and less often, and at once again when it is back', async () => {
    const gateway = await startKongAdminApi();
    gateway.put('consumers', { id: 'a' });
    const port = Number(new URL(gateway.url).port);
    await using stage = setKongStage(gateway.url);
    await stage.start();
    await gateway[Symbol.asyncDispose]();
    await stage.look(6);
    expect(stage.take()).toEqual([]);
    expect(stage.state().problem).toMatch(/^GET \/services failed: connect ECONNREFUSED/);
    expect(stage.waits.slice(1)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    await using back = await startKongAdminApi({ port });
    back.put('consumers', { id: 'a', created_at: 1 });
    await stage.look();
    expect(stage.names()).toEqual(['crud consumers:update', 'dao:crud update']);
    expect(stage.state().problem).toBeNull();
    expect(stage.waits.at(-1)).toBe(30_000);
  });

  it('that refuses the token is asked no more in that look', async () => {
    await using gateway = await startKongAdminApi({ token: 'right' });
    await using stage = setKongStage(gateway.url, { env: { TOKEN: 'wrong-token' } });
    await stage.start({ token: '{vault://env/token}' });
    expect(gateway.requests).toHaveLength(1);
    expect(stage.state().problem).toBe(
      'GET /services answered 401: Invalid credentials. Token or User credentials required',
    );
  });

  it('that leaves an entity out of a list while the pages are read has not lost it', async () => {
    await using set = await setUp();
    const { gateway, stage } = set;
    gateway.fault = ({ path, query }, res) => {
      if (path !== 'consumers' || query.get('offset') === null) return false;
      send(res, 200, {
        data: [{ id: 'c4', created_at: 1_700_000_000, updated_at: 1_700_000_000, tags: null }],
        next: null,
      });
      return true;
    };
    gateway.put('consumers', { id: 'c2', username: 'changed' });
    await stage.look();
    expect(stage.take().map(({ event, data }) => [event, data.entity])).toEqual([
      ['consumers:update', expect.objectContaining({ id: 'c2', username: 'changed' })],
      ['update', expect.anything()],
    ]);
  });

  it('that cannot say whether a missing entity is gone keeps it', async () => {
    await using set = await setUp();
    const { gateway, stage } = set;
    gateway.remove('consumers', 'c2');
    gateway.fault = answerWith('consumers/c2', (res) => send(res, 500, { message: 'later' }));
    await stage.look();
    expect([stage.take(), stage.state().problem]).toEqual([[], 'GET /consumers/c2 answered 500: later']);
    gateway.fault = answerWith('consumers/c2', (res) => send(res, 200, { consumer: { id: 'c2' } }));
    await stage.look();
    expect([stage.take(), stage.state().problem]).toEqual([[], null]);
    gateway.fault = null;
    await stage.look();
    expect(stage.names()).toEqual(['crud consumers:delete', 'dao:crud delete']);
  });

  it('that is empty all of a sudden is believed when it stays so', async () => {
    await using set = await setUp();
    const { gateway, stage } = set;
    gateway.empty();
    await stage.look();
    expect(stage.names()).toEqual(['crud services:delete', 'dao:crud delete']);
    expect(stage.state().problem).toBe(
      '5 of 5 consumers are gone: they count as deleted when they stay away',
    );
    await stage.look();
    expect(stage.take()).toEqual([]);
    expect(stage.waits.at(-1)).toBe(30_000);
    await stage.look();
    expect(stage.names()).toEqual(
      Array.from({ length: 5 }, () => ['crud consumers:delete', 'dao:crud delete']).flat(),
    );
    expect(stage.state().problem).toBeNull();
  });

  it('that is empty for a moment has lost nothing', async () => {
    await using set = await setUp(12);
    const { gateway, stage } = set;
    const lost = ['c0', 'c1', 'c10', 'c11', 'c2', 'c3', 'c4'];
    for (let time = 0; time < 2; time += 1) {
      for (const id of lost) gateway.remove('consumers', id);
      await stage.look(2);
      expect(stage.state().problem).toBe(
        '7 of 12 consumers are gone: they count as deleted when they stay away',
      );
      for (const id of lost) gateway.put('consumers', { id });
      await stage.look();
      expect([stage.take(), stage.state().problem]).toEqual([[], null]);
    }
  });

  it('that may not be asked where requests may not go says so', async () => {
    await using gateway = await startKongAdminApi();
    await using stage = setKongStage(gateway.url, { egress: { deny: ['private'] } });
    await stage.start();
    expect(stage.state().problem).toMatch(
      /^GET \/services failed: .*egress\.deny has "private": 127\.0\.0\.1 is/,
    );
    expect(gateway.requests).toEqual([]);
  });

  it('whose certificate nobody vouches for is not asked, unless it need not be checked', async () => {
    await using gateway = await startKongAdminApi({ tls: true });
    await using stage = setKongStage(gateway.url, { env: { TOKEN: 'a-token' } });
    await stage.start({ token: '{vault://env/token}' });
    expect(stage.state().problem).toMatch(/^GET \/services failed: self-signed certificate/);
    expect(gateway.requests).toEqual([]);
    await stage.stop();
    await stage.start({ ssl_verify: false });
    expect(stage.state().problem).toBeNull();
  });

  it('whose secrets cannot be had is not asked, and none of them is in what it says', async () => {
    await using gateway = await startKongAdminApi();
    gateway.fault = ({ headers }, res) => {
      send(res, 500, { message: `no such key: ${headers.apikey}` });
      return true;
    };
    await using stage = setKongStage(gateway.url, { env: { ADMIN_KEY: 'an-admin-key' } });
    await stage.start({ token: '{vault://env/unset}' });
    expect(stage.state().problem).toMatch(/could not get value from external vault/);
    expect(gateway.requests).toEqual([]);
    await stage.stop();
    await stage.start({ entities: ['services'], headers: { apikey: '{vault://env/admin-key}' } });
    expect(stage.state().problem).toBe('GET /services answered 500: no such key: [redacted]');
    expect(stage.log.join()).not.toContain('an-admin-key');
  });

  it('is not told whole when everything fails in its own way', async () => {
    await using gateway = await startKongAdminApi();
    gateway.fault = (_request, res) => {
      send(res, 500, {});
      return true;
    };
    await using stage = setKongStage(gateway.url);
    await stage.start({ entities: ['services', 'routes', 'consumers', 'plugins', 'snis'] });
    expect(stage.state().problem).toBe(
      'GET /services answered 500; GET /routes answered 500; GET /consumers answered 500; and 2 more',
    );
  });
});
