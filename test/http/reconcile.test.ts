import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createTempDir } from '../helpers/temp-dir.ts';

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

describe('POST /reconcile beside a remote that hangs', () => {
  it('has the sources that were asked for looked at, and waits for no other', async () => {
    using hooks = createTempDir();
    using repo = createGitRepo();
    hooks.write('a.yaml', LOG);
    repo.commit({ 'b.yaml': LOG });
    await using server = await startGitServer({ root: repo.parent });
    const sources = [
      { dir: hooks.path, name: 'dir' },
      { git: { url: `${server.url}/hooks.git`, interval: 3_600 }, name: 'git' },
    ];
    await using app = await runApp({}, { settings: { sources, reconcile: { poll: 3_600 } } });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.mode = { heldUntil: promise };
    const sha = repo.commit({ 'c.yaml': LOG });
    let isAnswered = false;
    const slow = app.post('/reconcile?wait=true', { sources: ['git'] }).finally(() => {
      isAnswered = true;
    });
    hooks.write('d.yaml', LOG);
    const { body } = await app.post('/reconcile?wait=true', { sources: ['dir'] });
    expect(body).toMatchObject({
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: 'Reconciling', status: 'True', message: 'Still being read: git' }),
      ]),
    });
    expect((await app.get('/event-hooks/d')).status).toBe(200);
    expect(isAnswered).toBe(false);
    expect((await app.get('/status')).body).toMatchObject({
      definition_sources: [
        { name: 'dir', reading_since: null },
        { name: 'git', reading_since: expect.stringMatching(/Z$/) },
      ],
    });
    resolve();
    server.mode = 'well';
    await slow;
    expect((await app.get('/event-hooks/c')).status).toBe(200);
    expect((await app.get('/status')).body).toMatchObject({
      definition_sources: [{}, { revision: `main@sha1:${sha}`, reading_since: null }],
    });
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
