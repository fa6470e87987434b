import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunningApp, runApp } from '../helpers/running-app.ts';

const LOG = 'source: crud\nhandler: log\n';

function start(files: Readonly<Record<string, string>>): Promise<RunningApp> {
  return runApp(files, { settings: { reconcile: { poll: 3_600 } } });
}

describe('POST /reconcile', () => {
  it('looks at the definitions and, when asked to wait, says what came of it', async () => {
    await using app = await start({ 'a.yaml': LOG });
    app.hooks.write('b.yaml', 'source: crud\nhandler: lag\n');
    const answer = await app.post('/reconcile?wait=true', '');
    expect(answer).toMatchObject({
      status: 200,
      body: { serving: 'live', problems: [{ code: 'unknown_handler', file: 'b.yaml', line: 2 }] },
    });
    const { conditions } = answer.body as { conditions: readonly { type: string; since: string }[] };
    expect(conditions[0]).toMatchObject({ type: 'Ready', status: 'False', reason: 'Refused' });
    expect(conditions[0]?.since).toMatch(/^\d{4}-.*Z$/);
  });

  it('answers at once when not', async () => {
    await using app = await start({ 'a.yaml': LOG });
    const next = app.nextReport();
    app.hooks.write('b.yaml', LOG);
    expect(await app.post('/reconcile', {})).toMatchObject({ status: 202 });
    expect(await next).toMatchObject({ kind: 'applied' });
  });

  it.each([
    ['/reconcile?wait=maybe', {}, 400, 'wait must be true or false'],
    ['/reconcile', { sources: 'one' }, 400, 'sources must be a list of names'],
    ['/reconcile', { sources: [1] }, 400, 'sources must be a list of names'],
    ['/reconcile', { sources: [] }, 400, 'sources must be a list of names, one at least'],
    ['/reconcile', { source: ['hooks'] }, 400, 'Unknown key "source": use sources'],
    ['/reconcile?wiat=true', {}, 400, 'Unknown parameter "wiat": use wait'],
    ['/reconcile', { sources: ['nope'] }, 400, 'There is no source "nope"'],
    ['/reconcile', [], 400, 'must be a JSON object'],
    ['/reconcile/confirm', {}, 400, 'Say the revision that is held'],
    ['/reconcile/confirm', { revision: 'x', sources: ['hooks'] }, 400, 'Unknown key "sources": use revision'],
    ['/reconcile/confirm?wait=true', { revision: 'x' }, 400, 'Unknown parameter "wait"'],
    ['/reconcile/confirm', { revision: 'x' }, 409, 'no revision is held'],
  ])('of %s with %j is %i', async (path, body, status, message) => {
    await using app = await start({ 'a.yaml': LOG });
    const answer = await app.post(path, body);
    expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(message) } });
  });
});

describe('POST /reconcile/confirm', () => {
  it('lets a held revision go live, and no other', async () => {
    await using app = await start({ 'a.yaml': LOG });
    rmSync(join(app.hooks.path, 'a.yaml'));
    await app.post('/reconcile?wait=true', '');
    const { lastAttempted } = (await app.get('/status')).body as { lastAttempted: { revision: string } };
    expect((await app.get('/event-hooks/a')).status).toBe(200);
    expect(await app.post('/reconcile/confirm', { revision: 'dir@sha256:1' })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining(`${lastAttempted.revision} is held`) },
    });
    expect(await app.post('/reconcile/confirm', { revision: lastAttempted.revision })).toMatchObject({
      status: 200,
      body: {
        revision: lastAttempted.revision,
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
      },
    });
    expect((await app.get('/event-hooks/a')).status).toBe(404);
  });
});

describe('GET /readyz', () => {
  it.each(['-1', 'soon', '1.5', ''])('with max_age=%s is 400', async (age) => {
    await using app = await start({ 'a.yaml': LOG });
    expect((await app.get(`/readyz?max_age=${age}`)).status).toBe(400);
  });
});
