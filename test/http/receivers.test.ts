import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGenuine, type Push } from '../../src/http/push-signatures.ts';
import type { ReceiverSettings } from '../../src/source-settings.ts';
import { type Answer, type RunningApp, runApp } from '../helpers/running-app.ts';

const SECRET = "It's a Secret to Everybody";
const TYPES = ['github', 'gitlab', 'gitea', 'bitbucket', 'generic'] as const;
type Type = ReceiverSettings['type'];

function hmac(body: string, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Headers a host of this kind sends with a push. */
function headersOf(type: Type, body: string, id: string): Record<string, string> {
  switch (type) {
    case 'github':
      return {
        'x-hub-signature-256': `sha256=${hmac(body)}`,
        'x-github-event': 'push',
        'x-github-delivery': id,
      };
    case 'gitlab':
      return { 'x-gitlab-token': SECRET, 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': id };
    case 'gitea':
      return { 'x-gitea-signature': hmac(body), 'x-gitea-event': 'push', 'x-gitea-delivery': id };
    case 'bitbucket':
      return { 'x-hub-signature': `sha256=${hmac(body)}`, 'x-event-key': 'repo:push', 'x-request-uuid': id };
    case 'generic':
      return { 'x-signature': `sha256=${hmac(body)}`, 'x-request-id': id };
  }
}

/** An app with a receiver of each kind; nothing but a push or its first look finds a change. */
async function startReceivers(env: Record<string, string> = { PUSH_SECRET: SECRET }): Promise<RunningApp> {
  return runApp(
    { 'a.yaml': 'source: crud\nhandler: log\n' },
    {
      env,
      settings: {
        receivers: TYPES.map((type) => ({ name: type, type, secret: '{vault://env/push-secret}' })),
        reconcile: { poll: 3_600 },
      },
    },
  );
}

function push(
  app: RunningApp,
  type: Type,
  {
    body = '{}',
    id = 'one',
    headers = {},
  }: { body?: string; id?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return app.post(`/receivers/${type}`, body, { ...headersOf(type, body, id), ...headers });
}

describe('a receiver of pushes', () => {
  it.each(TYPES)('of %s takes a push that is signed, once', async (type) => {
    await using app = await startReceivers();
    expect(await push(app, type)).toMatchObject({ status: 202, body: { sources: null } });
    expect(await push(app, type)).toMatchObject({ status: 200, body: { message: 'Seen before' } });
    expect(await push(app, type, { id: 'two' })).toMatchObject({ status: 202 });
  });

  it.each(TYPES)('of %s takes none that is not', async (type) => {
    await using app = await startReceivers();
    const wrong = createHmac('sha256', 'guessed').update('{}').digest('hex');
    const forged = { 'x-gitlab-token': 'guessed', 'x-gitea-signature': wrong, 'x-signature': wrong };
    const signed = { 'x-hub-signature-256': `sha256=${wrong}`, 'x-hub-signature': `sha256=${wrong}` };
    const headers = { ...forged, ...signed };
    for (const answer of [
      await push(app, type, { headers }),
      await push(app, type, { headers: Object.fromEntries(Object.keys(headers).map((name) => [name, ''])) }),
      await app.post(`/receivers/${type}`, '{}'),
    ])
      expect(answer).toMatchObject({ status: 401, body: { message: 'The signature is wrong or missing' } });
    expect(await push(app, type)).toMatchObject({ status: 202 });
  });

  it('is signed over the body: one that was changed is refused', async () => {
    await using app = await startReceivers();
    for (const type of ['github', 'gitea', 'bitbucket', 'generic'] as const) {
      const headers = headersOf(type, '{"a":1}', 'one');
      expect(await app.post(`/receivers/${type}`, '{"a":2}', headers)).toMatchObject({ status: 401 });
    }
  });

  it('agrees with the vector GitHub documents', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const vector: Push = {
      headers: { 'x-hub-signature-256': signature },
      body: Buffer.from('Hello, World!'),
    };
    expect(isGenuine('github', vector, SECRET)).toBe(true);
    expect(isGenuine('github', vector, '')).toBe(false);
  });

  it('greets a host that says hello, and ignores what is no push', async () => {
    await using app = await startReceivers();
    const answers = [
      await push(app, 'github', { headers: { 'x-github-event': 'ping' } }),
      await push(app, 'github', { headers: { 'x-github-event': 'issues' } }),
      await push(app, 'gitlab', { headers: { 'x-gitlab-event': 'Note Hook' } }),
      await push(app, 'bitbucket', { headers: { 'x-event-key': 'diagnostics:ping' } }),
    ];
    expect(answers.map(({ status, body }) => [status, (body as { message: string }).message])).toEqual([
      [200, 'Hello'],
      [200, 'Ignored: it is no push'],
      [200, 'Ignored: it is no push'],
      [200, 'Hello'],
    ]);
  });

  it('tells the deliveries of GitLab apart by their own id: what one push led to shares the id of its event', async () => {
    await using app = await startReceivers();
    const send = (key: string): Promise<Answer> =>
      push(app, 'gitlab', { id: 'event-1', headers: { 'idempotency-key': key } });
    const answers = [await send('first'), await send('second'), await send('second')];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
  });

  it('knows a delivery of Bitbucket Data Center by its id', async () => {
    await using app = await startReceivers();
    const send = (id: string): Promise<Answer> =>
      push(app, 'bitbucket', { id: '', headers: { 'x-request-id': id, 'x-event-key': 'repo:refs_changed' } });
    const answers = [await send('first'), await send('second'), await send('second')];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
  });

  it('takes what Forgejo says by its own headers', async () => {
    await using app = await startReceivers();
    const say = (event: string): Promise<Answer> =>
      app.post('/receivers/gitea', '{}', {
        'x-forgejo-signature': hmac('{}'),
        'x-forgejo-event': event,
        'x-forgejo-delivery': event,
      });
    const answers = [await say('push'), await say('push'), await say('issues')];
    expect(answers.map(({ status, body }) => [status, (body as { message: string }).message])).toEqual([
      [202, 'Looking for changes'],
      [200, 'Seen before'],
      [200, 'Ignored: it is no push'],
    ]);
  });

  it('takes a token of GitLab in any script', async () => {
    await using app = await startReceivers({ PUSH_SECRET: 'schlüssel-ключ' });
    const asBytes = (token: string): string => Buffer.from(token).toString('latin1');
    const send = (token: string): Promise<Answer> =>
      push(app, 'gitlab', { headers: { 'x-gitlab-token': asBytes(token) } });
    expect((await send('schlüssel-клюк')).status).toBe(401);
    expect((await send('schlüssel-ключ')).status).toBe(202);
  });

  it('is 404 when there is none of that name', async () => {
    await using app = await startReceivers();
    expect(await app.post('/receivers/nope', '{}')).toMatchObject({ status: 404 });
  });

  it('says that it cannot verify while its secret is not there, and that is in the log', async () => {
    await using app = await startReceivers({});
    expect(await push(app, 'github')).toMatchObject({ status: 503 });
    expect(app.log.join('\n')).toContain('cannot verify a push');
  });

  it('verifies nothing with an empty secret, which anyone could sign with', async () => {
    await using app = await startReceivers({ PUSH_SECRET: '' });
    for (const type of TYPES) {
      const headers: Record<string, string> = { ...headersOf(type, '{}', 'one'), 'x-gitlab-token': '' };
      const signature = hmac('{}', '');
      for (const name of ['x-hub-signature-256', 'x-hub-signature', 'x-gitea-signature', 'x-signature'])
        headers[name] = signature;
      expect(await app.post(`/receivers/${type}`, '{}', headers)).toMatchObject({ status: 503 });
    }
    expect(app.log.join('\n')).toContain('the secret is empty');
  });

  it('reads at most 1 MiB, and no compressed body', async () => {
    await using app = await startReceivers();
    expect(await push(app, 'github', { body: `"${'x'.repeat(1024 * 1024)}"` })).toMatchObject({
      status: 413,
    });
    expect((await push(app, 'github', { headers: { 'content-encoding': 'gzip' } })).status).toBe(415);
  });

  it('takes every payload of a host, as JSON and as a form', async () => {
    await using app = await startReceivers();
    const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples');
    const kinds = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: object[] }[];
    let pushes = 0;
    for (const { name, examples } of kinds) {
      const [example] = examples;
      for (const body of [
        JSON.stringify(example),
        `payload=${encodeURIComponent(JSON.stringify(example))}`,
      ]) {
        const id = `${name}-${body[0]}`;
        const contentType = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded';
        const headers = { 'x-github-event': name, 'content-type': contentType };
        const { status } = await push(app, 'github', { body, id, headers });
        expect([200, 202]).toContain(status);
        if (status === 202) pushes += 1;
      }
    }
    expect(pushes).toBe(6);
  });
});

describe('a signature', () => {
  it('that is not made with the secret is never taken, whatever the request', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant(hmac('', 'other')));
    const names = [
      'x-hub-signature-256',
      'x-hub-signature',
      'x-gitlab-token',
      'x-gitea-signature',
      'x-forgejo-signature',
      'x-signature',
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.array(text)));
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), headers, fc.uint8Array(), (type, given, body) => {
        const asked = { headers: given as Push['headers'], body: Buffer.from(body) };
        expect(isGenuine(type, asked, SECRET)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is taken in either case of its digits', () => {
    const body = Buffer.from('{}');
    const signature = hmac('{}').toUpperCase();
    expect(isGenuine('generic', { headers: { 'x-signature': signature }, body }, SECRET)).toBe(true);
    expect(isGenuine('gitea', { headers: { 'x-forgejo-signature': signature }, body }, SECRET)).toBe(true);
  });
});
