import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createGitRepo } from '../helpers/git-repo.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const SLACK = `
source: crud
event: admins
handler: webhook-custom
config:
  method: POST
  url: https://hooks.slack.com/services/foo/bar/baz
  headers: { content-type: application/json }
  ssl_verify: false
  payload:
    text: "Admin account \`{{ entity.username }}\` {{ operation}}d; email address set to \`{{ entity.email }}\`"
`;
const WEBHOOK = `
id: C57340AB-9fed-40fd-bb7e-1cef8d37c2df
source: crud
event: consumers
handler: webhook
config: { url: "https://webhook.site/a1b2c3-d4e5-g6h7-i8j9-k1l2m3n4o5p6" }
`;
const LAMBDA = `
source: crud
event: consumers
handler: lambda
config:
  functions:
    - |
      return function (data, event, source, pid)
        local user = data.entity.username
        error("Event hook on consumer " .. user .. "")
      end
`;
const LOG = 'source: crud\nevent: routes\nhandler: log\n';
const FILES = { 'slack.yaml': SLACK, 'team/webhook.yaml': WEBHOOK, 'lambda.yaml': LAMBDA, 'log.yaml': LOG };

/** What the reference's entities have and what is the same for each of these hooks. */
const COMMON = {
  created_at: expect.any(Number),
  on_change: null,
  snooze: null,
  source: 'crud',
};
/** Hookline's own fields. */
const ADDED = {
  updated_at: expect.any(Number),
  description: null,
  labels: {},
  enabled: true,
  filter: null,
  retry: null,
  timeout: 30,
  concurrency: 16,
  rate: null,
  ordered: null,
};

interface Page {
  readonly data: readonly Record<string, unknown>[];
  readonly next: string | null;
  readonly offset?: string;
}

function names({ data }: Page): readonly unknown[] {
  return data.map(({ name }) => name);
}

let app: RunningApp;
beforeAll(async () => {
  app = await runApp(FILES);
});
afterAll(() => app[Symbol.asyncDispose]());

async function getPage(path: string): Promise<Page> {
  return (await app.get(path)).body as Page;
}

describe('GET /event-hooks', () => {
  it('answers the entities of the reference, field for field, and more', async () => {
    const { status, body } = await app.get('/event-hooks');
    expect(status).toBe(200);
    const origin = (file: string, line: number): object => ({
      source: `dir:${app.hooks.path}`,
      revision: expect.stringMatching(/^dir@sha256:[0-9a-f]{64}$/),
      file,
      line,
    });
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({
      data: [
        {
          ...COMMON,
          ...ADDED,
          config: {
            functions: [
              'return function (data, event, source, pid)\n  local user = data.entity.username\n  error("Event hook on consumer " .. user .. "")\nend\n',
            ],
            language: null,
          },
          event: 'consumers',
          handler: 'lambda',
          id,
          name: 'lambda',
          origin: origin('lambda.yaml', 2),
        },
        {
          ...COMMON,
          ...ADDED,
          config: {},
          event: 'routes',
          handler: 'log',
          id,
          name: 'log',
          origin: origin('log.yaml', 1),
        },
        {
          ...COMMON,
          ...ADDED,
          config: {
            body: null,
            body_format: true,
            headers: { 'content-type': 'application/json' },
            headers_format: false,
            method: 'POST',
            payload: {
              text: 'Admin account `{{ entity.username }}` {{ operation}}d; email address set to `{{ entity.email }}`',
            },
            preset: null,
            payload_format: true,
            secret: null,
            signature: 'sha1',
            ssl_verify: false,
            tls: null,
            proxy: null,
            auth: null,
            url: 'https://hooks.slack.com/services/foo/bar/baz',
          },
          event: 'admins',
          handler: 'webhook-custom',
          id,
          name: 'slack',
          origin: origin('slack.yaml', 2),
        },
        {
          ...COMMON,
          ...ADDED,
          config: {
            format: 'kong',
            headers: {},
            secret: null,
            signature: 'sha1',
            ssl_verify: false,
            tls: null,
            proxy: null,
            auth: null,
            url: 'https://webhook.site/a1b2c3-d4e5-g6h7-i8j9-k1l2m3n4o5p6',
          },
          event: 'consumers',
          handler: 'webhook',
          id: 'c57340ab-9fed-40fd-bb7e-1cef8d37c2df',
          name: 'team/webhook',
          origin: origin('team/webhook.yaml', 2),
        },
      ],
      next: null,
    });
  });

  it('answers no hooks as an empty page', async () => {
    await using empty = await runApp({});
    expect((await empty.get('/event-hooks/')).body).toEqual({ data: [], next: null });
  });
});

describe('GET /event-hooks?size&offset', () => {
  it('pages, with the path of the next page, and null on the last', async () => {
    const first = await getPage('/event-hooks?size=3');
    expect(names(first)).toEqual(['lambda', 'log', 'slack']);
    expect(first.next).toBe(`/event-hooks?size=3&offset=${first.offset}`);
    const second = await getPage(first.next ?? '');
    expect(names(second)).toEqual(['team/webhook']);
    expect(second).toEqual({ data: second.data, next: null });
  });

  it('has no next page when the last one is full', async () => {
    expect(await getPage('/event-hooks?size=4')).toMatchObject({ next: null, data: [{}, {}, {}, {}] });
  });

  it('reaches every hook once, one at a time', async () => {
    const seen: unknown[] = [];
    for (let path: string | null = '/event-hooks?size=1'; path !== null; ) {
      const page: Page = await getPage(path);
      seen.push(...names(page));
      path = page.next;
    }
    expect(seen).toEqual(['lambda', 'log', 'slack', 'team/webhook']);
  });

  it.each([
    ['size=x', 'size must be a number', 9],
    ['size=', 'size must be a number', 9],
    ['size=1&size=2', 'size must be a number', 9],
    ['size=0', 'size must be an integer between 1 and 1000', 9],
    ['size=1001', 'size must be an integer between 1 and 1000', 9],
    ['size=-1', 'size must be an integer between 1 and 1000', 9],
    ['size=1.5', 'size must be an integer between 1 and 1000', 9],
    ['size=1e400', 'size must be an integer between 1 and 1000', 9],
    ['offset=***', "'***' is not a valid offset: bad base64 encoding", 7],
    ['offset=', "'' is not a valid offset: bad base64 encoding", 7],
    ['offset=%00', "'\u0000' is not a valid offset: bad base64 encoding", 7],
    ['offset=a&offset=b', "'a,b' is not a valid offset: bad base64 encoding", 7],
  ])('refuses %s as the reference does', async (query, message, code) => {
    expect(await app.get(`/event-hooks?${query}`)).toMatchObject({ status: 400, body: { message, code } });
  });

  it.each(['sise=1', 'size[]=1', '__proto__=1'])('refuses %s, which nobody reads', async (query) => {
    const { status, body } = await app.get(`/event-hooks?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({ message: `Unknown parameter "${query.split('=')[0]}": use size, offset` });
  });
});

describe('the ETag of hooks', () => {
  it.each(['/event-hooks', '/event-hooks/log'])('answers 304 without a body on %s', async (path) => {
    const etag = (await app.get(path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"dir@sha256:[0-9a-f]{64}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await app.get(path, { 'if-none-match': known });
      expect(answer).toMatchObject({ status: 304, body: '' });
      expect(answer.headers.get('etag')).toBe(etag);
    }
  });

  it('answers in full to whoever has another revision', async () => {
    expect((await app.get('/event-hooks', { 'if-none-match': '"dir@sha256:0"' })).status).toBe(200);
  });

  it('is one that a header may have, whatever the branch is called', async () => {
    using repo = createGitRepo();
    const branch = 'größe,日本"%';
    const sha = repo.commit({ 'log.yaml': LOG }, { branch });
    const sources = [{ git: { url: `file://${repo.path}`, ref: branch } }];
    await using following = await runApp(
      {},
      { env: { PATH: process.env.PATH ?? '' }, settings: { sources } },
    );
    const answer = await following.get('/event-hooks');
    const etag = answer.headers.get('etag') ?? '';
    expect([answer.status, etag]).toEqual([200, `"gr%C3%B6%C3%9Fe%2C%E6%97%A5%E6%9C%AC%22%25@sha1:${sha}"`]);
    expect((await following.get('/event-hooks', { 'if-none-match': etag })).status).toBe(304);
  });

  it('changes with the definitions', async () => {
    await using changing = await runApp(FILES);
    const before = (await changing.get('/event-hooks')).headers.get('etag') ?? '';
    changing.hooks.write('log.yaml', `${LOG}description: changed\n`);
    await changing.app.reconcile();
    const after = await changing.get('/event-hooks', { 'if-none-match': before });
    expect(after.status).toBe(200);
    expect(after.headers.get('etag')).not.toBe(before);
  });
});

describe('the times of a hook', () => {
  it('keep created_at over a restart and move updated_at when the definition changes', async () => {
    let ahead = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    await using changing = await runApp(FILES, { clock });
    const before = (await changing.get('/event-hooks/log')).body as { id: string; created_at: number };
    await changing.restart();
    expect((await changing.get('/event-hooks/log')).body).toMatchObject(before);
    // The API counts in seconds.
    ahead = 1_000;
    changing.hooks.write('log.yaml', `${LOG}description: changed\n`);
    await changing.app.reconcile();
    const after = (await changing.get('/event-hooks/log')).body as { created_at: number; updated_at: number };
    expect(after.created_at).toBe(before.created_at);
    expect(after.updated_at).toBeGreaterThan(before.created_at);
  });
});

describe('GET /event-hooks/{id or name}', () => {
  it.each([
    'c57340ab-9fed-40fd-bb7e-1cef8d37c2df',
    'team/webhook',
    'team%2Fwebhook',
    'team/webhook/',
    'team/./webhook',
  ])('finds a hook by %s', async (path) => {
    expect(await app.get(`/event-hooks/${path}`)).toMatchObject({
      status: 200,
      body: { name: 'team/webhook' },
    });
  });

  it.each([
    'nope',
    'team',
    '__proto__',
    'constructor',
    'nope/ping',
    '%00',
    'team%2F%2Fwebhook',
    '..%2f..%2fetc%2Fpasswd',
    'log%20',
    'LOG',
  ])('answers 404 for %s', async (name) => {
    expect(await app.get(`/event-hooks/${name}`)).toMatchObject({
      status: 404,
      body: { message: 'Not found' },
    });
  });

  it('answers 400 for what is no encoding of a name', async () => {
    expect(await app.get('/event-hooks/%E0%A4%A')).toMatchObject({
      status: 400,
      body: { message: "Cannot read the request: Failed to decode param '%E0%A4%A'" },
    });
  });
});
