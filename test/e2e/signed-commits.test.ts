import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGitRepo, type GitRepo } from '../helpers/git-repo.ts';
import { runCommand } from '../helpers/process.ts';
import { type RunningApp, runApp } from '../helpers/running-app.ts';
import { createKeyRing, type SigningKey, signCommit } from '../helpers/signing-keys.ts';

const LOG = 'source: crud\nhandler: log\n';

interface Status {
  readonly serving: string;
  readonly revision: string | null;
  readonly hooks: number;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
  readonly definition_sources: readonly { readonly failure: { readonly reason: string } | null }[];
}

async function statusOf(app: RunningApp): Promise<Status> {
  return (await app.get('/status')).body as Status;
}

/** What status says of a condition; null when it says nothing. */
function conditionOf({ conditions }: Status, type: string): string | null {
  const found = conditions.find((condition) => condition.type === type);
  return found === undefined ? null : `${found.status}: ${found.message}`;
}

/** An app that goes live with signed commits only; the keys that count are in SIGNERS. */
function runSigned(repo: GitRepo, env: Readonly<Record<'SIGNERS', string>>): Promise<RunningApp> {
  const verify = { gpg_keys: ['{vault://env/signers}'] };
  return runApp(
    {},
    {
      env,
      settings: {
        sources: [{ git: { url: `file://${repo.path}`, ref: 'main', interval: 3_600, verify } }],
      },
    },
  );
}

describe('a server that takes signed commits only', () => {
  it('serves the last one when another is pushed, over a restart too, until one follows', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG });
    const first = signCommit(repo, key);
    await using app = await runSigned(repo, toEnv(key));
    const good = await statusOf(app);
    expect(good).toMatchObject({ serving: 'live', revision: `main@sha1:${first}`, hooks: 1 });
    expect(conditionOf(good, 'SourceVerified')).toBe(
      `True: Commit ${first.slice(0, 12)} is signed by ${key.fingerprint} (jane <jane@example.com>)`,
    );

    const { stdout } = await runCommand(['status', '--url', app.app.url]);
    expect(stdout).toContain(`\nSourceVerified Commit ${first.slice(0, 12)} is signed by `);

    const unsigned = repo.commit({ 'a.yaml': LOG, 'b.yaml': LOG });
    await app.app.reconcile();
    const refusal = `Cannot trust ${unsigned.slice(0, 12)}: it has no signature of GPG or SSH`;
    const refused = await statusOf(app);
    expect(refused).toMatchObject({ serving: 'live', revision: good.revision, hooks: 1 });
    expect(refused).toMatchObject({ definition_sources: [{ failure: { reason: 'VerificationFailed' } }] });
    expect(conditionOf(refused, 'SourceVerified')).toBe(`False: ${refusal}`);
    expect(app.reports.at(-1)).toMatchObject({ kind: 'failed', message: expect.stringContaining(refusal) });
    expect((await app.get('/readyz')).status).toBe(200);

    repo.git(['update-ref', '-d', 'refs/heads/main']);
    await app.app.reconcile();
    expect((await runCommand(['status', '--url', app.app.url])).stdout).toMatch(
      /\nReason {6}Cannot find branch "main" .*\nSourceVerified Cannot trust /,
    );
    repo.git(['update-ref', 'refs/heads/main', unsigned]);

    await app.restart();
    const restarted = await statusOf(app);
    expect(restarted).toMatchObject({ serving: 'persisted', revision: good.revision, hooks: 1 });
    expect(conditionOf(restarted, 'SourceVerified')).toBe(`False: ${refusal}`);

    const second = signCommit(repo, key);
    await app.app.reconcile();
    const mended = await statusOf(app);
    expect(mended).toMatchObject({ serving: 'live', revision: `main@sha1:${second}`, hooks: 2 });
    expect(mended).toMatchObject({ definition_sources: [{ failure: null }] });
    expect(conditionOf(mended, 'SourceVerified')).toMatch(/^True: /);
  });

  it('does not go back to an older one, not even after a restart', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG });
    const old = signCommit(repo, key);
    repo.commit({ 'a.yaml': LOG, 'b.yaml': LOG });
    const live = signCommit(repo, key);
    await using app = await runSigned(repo, toEnv(key));
    repo.git(['update-ref', 'refs/heads/main', old]);
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({
      serving: 'live',
      revision: `main@sha1:${live}`,
      hooks: 2,
      definition_sources: [{ failure: { reason: 'HistoryRewritten' } }],
    });
    await app.restart();
    expect(await statusOf(app)).toMatchObject({
      serving: 'persisted',
      revision: `main@sha1:${live}`,
      definition_sources: [{ failure: { reason: 'HistoryRewritten' } }],
    });
    repo.git(['update-ref', 'refs/heads/main', live]);
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', definition_sources: [{ failure: null }] });
  });

  it('serves nothing while there has never been one', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG });
    await using app = await runSigned(repo, toEnv(key));
    expect(await statusOf(app)).toMatchObject({ serving: 'none', revision: null, hooks: 0 });
    expect((await app.get('/readyz')).status).toBe(503);
    signCommit(repo, key);
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', hooks: 1 });
  });

  it('goes on serving what is live when its key leaves the settings, until it has nothing of it any more', async () => {
    using keys = createKeyRing();
    const [jane, joe] = [keys.gpg('jane'), keys.gpg('joe')];
    using repo = createGitRepo();
    repo.commit({ 'a.yaml': LOG });
    const live = signCommit(repo, jane);
    const env = toEnv(jane);
    await using app = await runSigned(repo, env);
    env.SIGNERS = joe.trusted;
    await app.restart();
    const left = await statusOf(app);
    expect(left).toMatchObject({ serving: 'persisted', revision: `main@sha1:${live}`, hooks: 1 });
    expect(conditionOf(left, 'SourceVerified')).toMatch(/^False: .*, which is none of the keys in settings$/);
    await app.app.stop();
    renameSync(join(app.stateDir, 'last-good'), join(app.stateDir, 'put-away'));
    await app.restart();
    expect(await statusOf(app)).toMatchObject({ serving: 'none', hooks: 0 });
    env.SIGNERS = jane.trusted + joe.trusted;
    await app.app.reconcile();
    expect(await statusOf(app)).toMatchObject({ serving: 'live', revision: `main@sha1:${live}` });
  });
});

function toEnv(key: SigningKey): Record<'PATH' | 'SIGNERS', string> {
  return { PATH: process.env.PATH ?? '', SIGNERS: key.trusted };
}
