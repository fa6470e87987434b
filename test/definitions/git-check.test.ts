import { describe, expect, it } from 'vitest';
import type { DefinitionSource } from '../../src/definitions/source.ts';
import { log, readNow, refusalOf } from '../helpers/git-source.ts';
import { createHangingGit } from '../helpers/hanging-git.ts';
import { createKeyRing, signCommit } from '../helpers/signing-keys.ts';
import { createVerifyBench } from '../helpers/verify-bench.ts';

/** What is said, without the words of it, and of which commit. */
function said(source: DefinitionSource): readonly string[] {
  return source.notices().map(({ type, status, reason, message }) => {
    const [sha] = /[0-9a-f]{12}/.exec(message) ?? [];
    return `${type} ${status} ${reason} ${sha}`;
  });
}

/** Commits are signed by the first key; the second is in no settings at first. */
function createBench() {
  const keys = createKeyRing();
  const [trusted, other] = [keys.ssh('jane@example.com'), keys.ssh('joe@example.com')];
  const bench = createVerifyBench({ SIGNERS: trusted.trusted });
  const { repo } = bench;
  const verify = { sshSigners: ['{vault://env/signers}'] };
  const push = (sha: string): void => void repo.git(['update-ref', 'refs/heads/main', sha]);
  let commits = 0;
  const commit = (key: typeof trusted | null = trusted): string => {
    commits += 1;
    const sha = repo.commit({ 'a.yaml': log() }, { message: `change ${commits}` });
    return key === null ? sha : signCommit(repo, key);
  };
  return {
    bench,
    repo,
    other,
    push,
    commit,
    create: (allowRewind: boolean): DefinitionSource => bench.create(verify, { allowRewind }),
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      keys[Symbol.dispose]();
    },
  };
}

const short = (sha: string): string => sha.slice(0, 12);
const toLive = (sha: string): string => `main@sha1:${sha}`;

describe('SourceVerified', () => {
  it('is of the commit that was looked at last, refused or not', async () => {
    await using bench = createBench();
    const source = bench.create(false);
    const first = bench.commit();
    await readNow(source);
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(first)}`]);
    const unsigned = bench.commit(null);
    expect(await refusalOf(readNow(source, toLive(first)))).toMatch(/^VerificationFailed: /);
    expect(said(source)).toEqual([`SourceVerified False VerificationFailed ${short(unsigned)}`]);
    const third = bench.commit();
    await readNow(source, toLive(first));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(third)}`]);
  });

  it('stays False while the remote cannot be asked, and until the branch is back', async () => {
    await using bench = createBench();
    const source = bench.create(false);
    const first = bench.commit();
    await readNow(source);
    const unsigned = bench.commit(null);
    await refusalOf(readNow(source, toLive(first)));
    bench.repo.git(['update-ref', '-d', 'refs/heads/main']);
    expect(await refusalOf(readNow(source, toLive(first)))).toMatch(/^RefNotFound: /);
    expect(said(source)).toEqual([`SourceVerified False VerificationFailed ${short(unsigned)}`]);
    bench.push(first);
    await readNow(source, toLive(first));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(first)}`]);
  });

  it('is True of the same commit once the keys in settings are right', async () => {
    await using bench = createBench();
    const source = bench.create(false);
    const live = bench.commit();
    await readNow(source);
    const sha = bench.commit(bench.other);
    await refusalOf(readNow(source, toLive(live)));
    expect(said(source)).toEqual([`SourceVerified False VerificationFailed ${short(sha)}`]);
    bench.bench.env.SIGNERS = bench.other.trusted;
    await readNow(source, toLive(live));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(sha)}`]);
  });
});

describe('a check that is stopped', () => {
  it('says nothing of the signature', async () => {
    using keys = createKeyRing();
    using git = createHangingGit();
    const key = keys.ssh('jane@example.com');
    await using bench = createVerifyBench({ PATH: git.path });
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const source = bench.create({ sshSigners: [key.trusted] });
    git.hangAt('verify-commit');
    const refused = refusalOf(readNow(source));
    await git.hung();
    await bench.stop();
    expect(await refused).toMatch(/^Unreadable: Cannot use the mirror/);
    expect(said(source)).toEqual([]);
  });
});

describe('HistoryRewritten', () => {
  it('is said of a refused commit, whose signature is told of too, until one goes on from the live one', async () => {
    await using bench = createBench();
    const source = bench.create(false);
    const first = bench.commit();
    const second = bench.commit();
    await readNow(source);
    bench.push(first);
    expect(await refusalOf(readNow(source, toLive(second)))).toMatch(/^HistoryRewritten: /);
    const rewritten = `HistoryRewritten True Refused ${short(first)}`;
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(first)}`, rewritten]);
    const unsigned = bench.commit(null);
    await refusalOf(readNow(source, toLive(second)));
    expect(said(source)).toEqual([rewritten, `SourceVerified False VerificationFailed ${short(unsigned)}`]);
    bench.push(second);
    const third = bench.commit();
    await readNow(source, toLive(second));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(third)}`]);
  });

  it('is over when the branch is back at the live commit', async () => {
    await using bench = createBench();
    const source = bench.create(false);
    const first = bench.commit();
    const second = bench.commit();
    await readNow(source);
    bench.push(first);
    await refusalOf(readNow(source, toLive(second)));
    bench.push(second);
    await readNow(source, toLive(second));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(second)}`]);
  });

  it('stays where it is allowed until a commit goes on from that, over one that is refused', async () => {
    await using bench = createBench();
    const source = bench.create(true);
    const first = bench.commit();
    const second = bench.commit();
    await readNow(source);
    bench.push(first);
    await readNow(source, toLive(second));
    const rewound = `HistoryRewritten True Rewound ${short(first)}`;
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(first)}`, rewound]);
    const unsigned = bench.commit(null);
    await refusalOf(readNow(source, toLive(first)));
    expect(said(source)).toEqual([rewound, `SourceVerified False VerificationFailed ${short(unsigned)}`]);
    const third = bench.commit();
    await readNow(source, toLive(first));
    expect(said(source)).toEqual([`SourceVerified True SshSignature ${short(third)}`]);
  });
});
