import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPaths } from '../../src/http/described-paths.ts';
import { readDescription } from '../../src/http/openapi.ts';
import { SCOPES } from '../../src/token-settings.ts';
import { readOperations } from '../helpers/api-description.ts';
import { sendRaw } from '../helpers/raw-request.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';
import { declareToken } from '../helpers/tokens.ts';

/** What needs no token, and what needs more than one that may read. Whoever adds a route says here if it is one. */
const OPEN = [
  'get /.well-known/jwks.json',
  'get /healthz',
  'get /readyz',
  'post /in/{source}',
  'post /receivers/{name}',
];
const EMIT = ['post /events'];
const OPERATE = [
  'get /event-hooks/{hook}/ping',
  'post /deliveries/redeliver',
  'post /deliveries/{id}/redeliver',
  'post /event-hooks/{hook}/test',
  'post /reconcile',
  'post /reconcile/confirm',
];
const OPERATIONS = readOperations().map((one) => ({ ...one, key: `${one.method} ${one.path}` }));
const GUARDED = OPERATIONS.filter(({ scope }) => scope !== null);

const tokens = Object.fromEntries(SCOPES.map((scope) => [scope, declareToken(scope, { scopes: [scope] })]));
const all = declareToken('all', { scopes: SCOPES });
const FILES = { 'log.yaml': 'source: crud\nhandler: log\n', 'a/ping.yaml': 'source: crud\nhandler: log\n' };

let app: RunningApp;
beforeAll(async () => {
  const settings = [...Object.values(tokens), all].map((token) => token.settings);
  app = await runApp(FILES, { settings: { tokens: settings } });
});
afterAll(() => app[Symbol.asyncDispose]());

function headersOf(scope: string): Record<string, string> {
  return { ...tokens[scope]?.headers };
}

async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const url = app.app.url + path.replaceAll(/\{\w+\}/g, 'log');
  const response = await fetch(url, { method: method.toUpperCase(), headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

/** Whether it was the token that was refused, and not a signature. */
function isRefused({ headers }: Answer): boolean {
  return headers.has('www-authenticate');
}

describe('the description of the API', () => {
  it('says of every operation what a token needs for it', () => {
    const keysOf = (scope: string | null): readonly string[] =>
      OPERATIONS.filter((one) => one.scope === scope)
        .map(({ key }) => key)
        .toSorted();
    expect(keysOf(null)).toEqual(OPEN);
    expect(keysOf('emit')).toEqual(EMIT);
    expect(keysOf('operate')).toEqual(OPERATE);
    const others = [...OPEN, ...EMIT, ...OPERATE];
    const readable = OPERATIONS.filter(({ key }) => !others.includes(key)).map(({ key }) => key);
    expect(keysOf('read')).toEqual(readable.toSorted());
  });

  it.each([[undefined], [[{}]], [[{ token: [] }]], [[{ token: ['read'] }, {}]]])(
    'is not served when an operation says %j of its security',
    (security) => {
      const description = readDescription();
      const paths = { ...description.paths, '/new': { get: { security, responses: { 200: {} } } } };
      expect(() => readPaths({ ...description, paths })).toThrow(
        'The description of "get /new" must name one scope',
      );
    },
  );
});

describe('where there are tokens', () => {
  it.each(GUARDED.map((one) => [one.key, one] as const))(
    '%s asks for one',
    async (_key, { method, path }) => {
      const bare = await ask(method, path);
      expect(bare).toMatchObject({ status: 401, body: { message: expect.stringContaining('Bearer TOKEN') } });
      expect(bare.headers.get('www-authenticate')).toBe('Bearer realm="hookline"');
      const unknown = await ask(method, path, { authorization: `Bearer ${all.token}x` });
      expect(unknown).toMatchObject({ status: 401, body: { message: 'The token is not known' } });
      expect(unknown.headers.get('www-authenticate')).toBe('Bearer realm="hookline", error="invalid_token"');
    },
  );

  it.each(GUARDED.flatMap((one) => SCOPES.map((scope) => [one.key, scope, one] as const)))(
    '%s takes or refuses a token that may only %s',
    async (_key, has, { method, path, scope }) => {
      const answer = await ask(method, path, headersOf(has));
      if (has === scope) return expect([isRefused(answer), answer.status === 403]).toEqual([false, false]);
      expect(answer).toMatchObject({
        status: 403,
        body: { message: `Token "${has}" lacks the scope "${scope}": it has ${has}` },
      });
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer realm="hookline", error="insufficient_scope", scope="${scope}"`,
      );
    },
  );

  it.each(GUARDED.map((one) => [one.key, one] as const))(
    '%s takes one that may do all',
    async (_key, one) => {
      expect(isRefused(await ask(one.method, one.path, { ...all.headers }))).toBe(false);
    },
  );

  it.each(OPERATIONS.filter(({ scope }) => scope === null).map((one) => [one.key, one] as const))(
    '%s asks for none, and does not mind one that is not known',
    async (_key, { method, path }) => {
      for (const headers of [{}, { authorization: 'Bearer no-token-of-anybody' }])
        expect(isRefused(await ask(method, path, headers))).toBe(false);
    },
  );

  it.each(['/', '/nope', '/event-hooks-not', '/deliveries/1/2', '/.git/config'])(
    'what is not served asks for one too: %s',
    async (path) => {
      expect((await ask('get', path)).status).toBe(401);
      expect((await ask('get', path, headersOf('emit'))).status).toBe(404);
    },
  );

  it('asks before it says what methods there are', async () => {
    expect((await ask('delete', '/status')).status).toBe(401);
    expect((await ask('options', '/status')).status).toBe(401);
    expect((await ask('delete', '/status', headersOf('emit'))).status).toBe(405);
    expect((await ask('options', '/status', headersOf('emit'))).headers.get('allow')).toBe('GET');
  });

  it('consents to whoever asks whether events are wanted', async () => {
    expect((await ask('options', '/events', { 'webhook-request-origin': 'a.example' })).status).toBe(204);
  });

  it.each([
    ['get', '/EVENT-HOOKS/log/PING'],
    ['get', '/event-hooks/log/ping/'],
    ['get', '/event-hooks/log/ping?a=b'],
    ['get', '/event-hooks/a/ping/ping'],
    ['head', '/event-hooks/log/ping'],
    ['post', '/event-hooks/log/TEST'],
    ['post', '/Reconcile'],
    ['post', '/deliveries/redeliver/'],
  ])('does nothing for one that may only read, however it is written: %s %s', async (method, path) => {
    expect((await ask(method, path, headersOf('read'))).status).toBe(403);
    expect((await ask(method, path, headersOf('emit'))).status).toBe(403);
  });

  it.each(['/event-hooks/log%2fping', '/event-hooks/log/%70ing', '//event-hooks/log/ping'])(
    'takes %s for no ping',
    async (path) => {
      expect(await ask('get', path, headersOf('read'))).toMatchObject({ status: 404 });
    },
  );

  it('shows a hook whose name ends like an operation to who may operate, and by its id to who may read', async () => {
    const shown = await ask('get', '/event-hooks/a/ping', headersOf('operate'));
    expect(shown).toMatchObject({ status: 200, body: { name: 'a/ping' } });
    const { id } = shown.body as { readonly id: string };
    expect((await ask('get', '/event-hooks/a/ping', headersOf('read'))).status).toBe(403);
    expect((await ask('get', `/event-hooks/${id}`, headersOf('read'))).status).toBe(200);
  });

  it('asks whoever gives the whole address as the path', async () => {
    const { host } = new URL(app.app.url);
    const answer = await sendRaw(
      app.app.url,
      `GET http://${host}/event-hooks/log/ping HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: ${headersOf('read').authorization}\r\n\r\n`,
    );
    expect(answer.status).toBe(403);
  });

  it('refuses a large body before it is read', async () => {
    const answer = await app.post('/deliveries/redeliver', 'x'.repeat(4 * 1024 * 1024));
    expect(answer.status).toBe(401);
    expect((await app.post('/events', 'x'.repeat(32 * 1024 * 1024))).status).toBe(401);
  });

  it('logs who had something done, by the name of the token', async () => {
    await ask('post', '/reconcile', headersOf('operate'));
    const line = app.log
      .map((text) => JSON.parse(text) as Record<string, unknown>)
      .findLast(({ msg }) => msg === 'operated');
    expect(line).toMatchObject({ level: 30, token: 'operate', method: 'POST', path: '/reconcile' });
  });

  it('shows no token in what it logs', async () => {
    await ask('get', '/status', { authorization: 'Bearer guessed-by-somebody' });
    const text = app.log.join('');
    for (const secret of ['guessed-by-somebody', all.token, tokens.read?.token ?? ''])
      expect(text).not.toContain(secret);
    expect(text).toContain('refused a request whose token is not known');
  });
});

describe('a probe of a server that is not ready', () => {
  it('is told why only with a token that may read', async () => {
    const settings = { tokens: [all, tokens.emit].map((token) => token?.settings ?? {}) };
    await using broken = await runApp({ 'bad.yaml': 'source: crud\nhandler: webhok\n' }, { settings });
    for (const headers of [{}, headersOf('emit'), { authorization: 'Bearer no-token-of-anybody' }])
      expect(await broken.get('/readyz', headers)).toMatchObject({
        status: 503,
        body: { message: 'Not ready' },
      });
    expect((await broken.get('/readyz')).body).toEqual({ message: 'Not ready' });
    expect(await broken.get('/readyz', { ...all.headers })).toMatchObject({
      status: 503,
      body: { message: expect.stringMatching(/^Not ready: /), problems: [{ file: 'bad.yaml' }] },
    });
  });
});

describe('where there are no tokens', () => {
  it('nobody is asked, and one that is sent is not looked at', async () => {
    await using open = await runApp(FILES);
    for (const headers of [{}, { authorization: 'Bearer x' }, { authorization: 'Basic eDp5' }])
      expect((await open.get('/status', headers)).status).toBe(200);
    expect((await open.emit('crud', 'consumers', {})).status).toBe(202);
  });
});
