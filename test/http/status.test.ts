import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/version.ts';
import { runApp } from '../helpers/running-app.ts';

const LOG = 'source: crud\nevent: consumers\nhandler: log\n';
const BROKEN = 'source: crud\nhandler: webhok\n';
const EVENT = { source: 'crud', event: 'consumers', data: {} };

describe('GET /status', () => {
  it('says what is live and what was counted', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    await app.emit('crud', 'consumers', {});
    await app.post('/events', { ...EVENT, event: 'nope' });
    await app.post('/events', { ...EVENT, id: 'twice' });
    await app.post('/events', { ...EVENT, id: 'twice' });
    await app.app.idle();
    const { status, body } = await app.get('/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: VERSION,
      revision: expect.stringMatching(/^dir@sha256:/),
      serving: 'live',
      hooks: 1,
      sources: 8,
      problems: [],
      deliveries: { pending: 0, succeeded: 2, failed: 0, exhausted: 0 },
      counters: { events: { accepted: 2, duplicate: 1, refused: 1 }, attempts: { success: 2 } },
    });
  });

  it('keeps the last good revision beside the problems of the one that was refused', async () => {
    await using app = await runApp({ 'log.yaml': LOG });
    const { revision } = (await app.get('/status')).body as { revision: string };
    app.hooks.write('bad.yaml', BROKEN);
    await app.app.reconcile();
    expect((await app.get('/status')).body).toMatchObject({
      revision,
      serving: 'live',
      hooks: 1,
      lastApplied: { revision },
      lastAttempted: { revision: expect.not.stringMatching(revision) },
      problems: [{ code: 'unknown_handler', file: 'bad.yaml', line: 2, column: 10 }],
    });
    expect((await app.get('/readyz')).status).toBe(200);
  });
});

describe('GET /healthz and /readyz', () => {
  it('are ready once a good snapshot serves, and refuse events until then', async () => {
    await using app = await runApp({ 'bad.yaml': BROKEN });
    expect(await app.get('/healthz')).toMatchObject({ status: 200, body: { message: 'ok' } });
    expect(await app.get('/readyz')).toMatchObject({
      status: 503,
      body: {
        message: expect.stringContaining('Not ready: '),
        problems: [{ code: 'unknown_handler', line: 2, column: 10 }],
      },
    });
    expect((await app.get('/status')).body).toMatchObject({ revision: null, serving: 'none', hooks: 0 });
    const refused = await app.post('/events', EVENT);
    expect(refused).toMatchObject({
      status: 503,
      body: {
        message: 'No definitions are live yet: an event accepted now would reach no hook (see /readyz)',
      },
    });
    expect(refused.headers.get('retry-after')).toBe('1');
    app.hooks.write('bad.yaml', LOG);
    await app.app.reconcile();
    expect(await app.get('/readyz')).toMatchObject({ status: 200, body: { message: 'ready' } });
    expect((await app.post('/events', EVENT)).status).toBe(202);
  });
});
