import { execFileSync } from 'node:child_process';
import { appendFileSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GitRef } from '../../src/source-settings.ts';
import { GIT_TEST_ENV } from '../helpers/git-repo.ts';
import { log, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';
import { createKeyRing, forgeCommit, type SigningKey, signCommit, signTag } from '../helpers/signing-keys.ts';
import { createVerifyBench } from '../helpers/verify-bench.ts';

describe('a commit that has to be signed', () => {
  it('is read when it is by a key of either kind, and says by whose', async () => {
    using keys = createKeyRing();
    const [gpg, ssh] = [keys.gpg('jane'), keys.ssh('joe@example.com')];
    await using bench = createVerifyBench();
    const source = bench.create({ gpgKeys: [gpg.trusted], sshSigners: [ssh.trusted] });
    bench.repo.commit({ 'a.yaml': log() });
    const first = signCommit(bench.repo, gpg);
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    expect(source.notices()).toEqual([
      {
        type: 'SourceVerified',
        status: 'True',
        reason: 'GpgSignature',
        message: `Commit ${first.slice(0, 12)} is signed by ${gpg.fingerprint} (jane <jane@example.com>)`,
      },
    ]);
    bench.repo.commit({ 'b.yaml': log() });
    signCommit(bench.repo, ssh);
    expect(pathsOf(await readNow(source))).toEqual(['b.yaml']);
    expect(source.notices()).toMatchObject([
      { reason: 'SshSignature', message: expect.stringContaining(`${ssh.fingerprint} (joe@example.com)`) },
    ]);
  });

  it('is refused with what is wrong, and what was read before stays until one is good', async () => {
    using keys = createKeyRing();
    const trusted = keys.gpg('jane');
    const ssh = keys.ssh('joe@example.com');
    const [stranger, strangerSsh] = [keys.gpg('eve'), keys.ssh('eve@example.com')];
    await using bench = createVerifyBench();
    const { repo } = bench;
    const source = bench.create({ gpgKeys: [trusted.trusted], sshSigners: [ssh.trusted] });
    repo.commit({ 'a.yaml': log() });
    signCommit(repo, trusted);
    const good = await readNow(source);
    const live = good.revision;
    const refused: string[] = [];
    const attempt = async (): Promise<void> => void refused.push(await refusalOf(readNow(source, live)));

    repo.commit({ 'b.yaml': log() });
    await attempt();
    signCommit(repo, stranger);
    await attempt();
    signCommit(repo, strangerSsh);
    await attempt();
    const signed = repo.git(['cat-file', 'commit', signCommit(repo, trusted)]);
    const amended = repo.git(['hash-object', '-t', 'commit', '-w', '--stdin'], `${signed}\nand more\n`);
    repo.git(['update-ref', 'refs/heads/main', amended]);
    await attempt();
    const signedSsh = repo.git(['cat-file', 'commit', signCommit(repo, ssh)]);
    const amendedSsh = repo.git(['hash-object', '-t', 'commit', '-w', '--stdin'], `${signedSsh}\nand more\n`);
    repo.git(['update-ref', 'refs/heads/main', amendedSsh]);
    await attempt();
    expect(refused.map((text) => text.replace(/Cannot trust [0-9a-f]{12}: /, ''))).toEqual([
      'VerificationFailed: it has no signature of GPG or SSH',
      `VerificationFailed: it is signed by ${stranger.fingerprint}, which is none of the keys in settings`,
      `VerificationFailed: it is signed by ${strangerSsh.fingerprint}, which is none of the keys in settings`,
      `VerificationFailed: it was changed after it was signed: the signature by ${trusted.fingerprint.slice(-16)} (jane <jane@example.com>) is bad`,
      'VerificationFailed: it was changed after it was signed: the SSH signature is bad',
    ]);
    signCommit(repo, trusted);
    expect(pathsOf(await readNow(source, live))).toEqual(['b.yaml']);
  });

  it('is read when a key below the one in settings signed it, which is the one that is named', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane', { subkey: true });
    await using bench = createVerifyBench();
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const source = bench.create({ gpgKeys: [key.trusted] });
    await readNow(source);
    expect(source.notices()[0]?.message).toContain(`is signed by ${key.fingerprint} (jane`);
  });

  it('is refused when its key has expired or was revoked', async () => {
    using keys = createKeyRing();
    const expired = keys.gpg('old', { expires: 'seconds=86400', at: '20200101T000000' });
    const revoked = keys.gpg('lost');
    const past = keys.ssh('joe@example.com', 'valid-before="20200101"');
    await using bench = createVerifyBench();
    const { repo } = bench;
    repo.commit({ 'a.yaml': log() });
    signCommit(repo, revoked);
    const source = bench.create({ gpgKeys: [keys.revoke(revoked).trusted], sshSigners: [past.trusted] });
    expect(await refusalOf(readNow(source))).toMatch(/VerificationFailed: .*, and that key is revoked$/);
    signCommit(repo, past);
    expect(await refusalOf(readNow(source))).toMatch(/VerificationFailed/);
    // The key signs while its time is held, as it did when it was good.
    signCommit(repo, { ...expired, args: [...expired.args, '-c', `gpg.program=${fakedGpg(keys.path)}`] });
    const other = bench.create({ gpgKeys: [expired.trusted] });
    expect(await refusalOf(readNow(other))).toMatch(/VerificationFailed: .*, and that key has expired$/);
  });

  it.each(['gpg', 'ssh'] as const)(
    'counts no key but those in settings: no keyring, list of signers or program of a configuration (%s)',
    async (kind) => {
      using keys = createKeyRing();
      const [joe, jane] = [keys.ssh('joe@example.com'), keys.gpg('jane')];
      const eve = kind === 'gpg' ? keys.gpg('eve') : keys.ssh('eve@example.com');
      const signers = join(keys.path, 'signers');
      writeFileSync(signers, `${eve.trusted}\n`);
      const config = [
        `[gpg]\n\tprogram = ${vouchingProgram(keys.path)}`,
        `[gpg "ssh"]\n\tprogram = ${vouchingProgram(keys.path)}\n\tallowedSignersFile = ${signers}\n`,
      ].join('\n');
      const home = join(keys.path, 'home');
      mkdirSync(join(home, '.config', 'git'), { recursive: true });
      writeFileSync(join(home, '.gitconfig'), config);
      writeFileSync(join(home, '.config', 'git', 'config'), config);
      await using bench = createVerifyBench({
        HOME: home,
        XDG_CONFIG_HOME: join(home, '.config'),
        GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
        GNUPGHOME: join(keys.path, 'g'),
      });
      bench.repo.commit({ 'a.yaml': log() });
      signCommit(bench.repo, eve);
      const source = bench.create({ gpgKeys: [jane.trusted], sshSigners: [joe.trusted] });
      const refusal = `it is signed by ${eve.fingerprint}, which is none of the keys in settings`;
      expect(await refusalOf(readNow(source))).toContain(refusal);
      for (const file of globSync(`${bench.state}/git/*/config`)) appendFileSync(file, config);
      expect(await refusalOf(readNow(source))).toContain(refusal);
    },
  );

  it('is refused with a certificate of X.509, whoever vouches for it', async () => {
    using keys = createKeyRing();
    const bin = join(keys.path, 'bin');
    mkdirSync(bin);
    symlinkSync(vouchingProgram(keys.path), join(bin, 'gpgsm'));
    await using bench = createVerifyBench({ PATH: `${bin}:${process.env.PATH}` });
    bench.repo.commit({ 'a.yaml': log() });
    forgeCommit(bench.repo, '-----BEGIN SIGNED MESSAGE-----\nMIIA\n-----END SIGNED MESSAGE-----');
    const source = bench.create({ gpgKeys: [keys.gpg('jane').trusted] });
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: Cannot trust /);
  });

  it('is refused when nothing can be checked: a key that cannot be had or is none, or gpg that is not there', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    await using bench = createVerifyBench();
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const source = bench.create({ gpgKeys: ['{vault://env/signers}'] });
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: .*variable SIGNERS is not set/);
    bench.env.SIGNERS = 'no key at all';
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed/);
    bench.env.SIGNERS = key.trusted;
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    bench.env.SIGNERS = keys.gpg('next').trusted;
    bench.repo.commit({ 'b.yaml': log() });
    signCommit(bench.repo, key);
    expect(await refusalOf(readNow(source))).toMatch(/none of the keys in settings$/);
    await using blind = createVerifyBench({ PATH: gitOnlyPath(keys.path) });
    blind.repo.commit({ 'a.yaml': log() });
    signCommit(blind.repo, key);
    expect(await refusalOf(readNow(blind.create({ gpgKeys: [key.trusted] })))).toMatch(
      /^VerificationFailed: .*gpg is not installed$/,
    );
  });

  it.each<[string, readonly string[]]>([
    ['a message with text of its own', ['--sign']],
    ['a signature of something else', ['--detach-sign']],
  ])('is refused when its signature is a right GPG key under %s', async (_what, how) => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    const signature = execFileSync('gpg', ['--batch', '--armor', '-u', key.fingerprint, ...how], {
      env: { ...GIT_TEST_ENV, ...key.env },
      input: 'I never saw that commit\n',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await using bench = createVerifyBench();
    bench.repo.commit({ 'a.yaml': log() });
    forgeCommit(bench.repo, signature.toString('utf8'));
    const source = bench.create({ gpgKeys: [key.trusted] });
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: Cannot trust /);
  });

  it('is refused when an SSH key signed its text for another use, or may not be used for git', async () => {
    using keys = createKeyRing();
    const [key, files] = [keys.ssh('joe@example.com'), keys.ssh('ann', 'namespaces="file"')];
    await using bench = createVerifyBench();
    const { repo } = bench;
    const source = bench.create({ sshSigners: [key.trusted, files.trusted] });
    repo.commit({ 'a.yaml': log() });
    for (const namespace of ['file', 'git']) {
      const plain = `${repo.git(['cat-file', 'commit', 'main'])}\n`;
      const unsigned = repo.git(['rev-parse', 'main']);
      const file = key.args.at(-1)?.replace('user.signingkey=', '').replace('.pub', '') ?? '';
      const signature = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', file], {
        input: plain,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      forgeCommit(repo, signature.toString('utf8'));
      // The same by hand for git is good, so the use is what is wrong with the other.
      if (namespace === 'git') expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
      else expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: Cannot trust /);
      repo.git(['update-ref', 'refs/heads/main', unsigned]);
    }
    repo.commit({ 'b.yaml': log() });
    signCommit(repo, files);
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: Cannot trust /);
  });

  it('is refused with the signature of another commit', async () => {
    using keys = createKeyRing();
    const keyed = [keys.gpg('jane'), keys.ssh('joe@example.com')];
    await using bench = createVerifyBench();
    const { repo } = bench;
    const [gpg, ssh] = keyed;
    const source = bench.create({ gpgKeys: [gpg?.trusted ?? ''], sshSigners: [ssh?.trusted ?? ''] });
    for (const key of keyed) {
      repo.commit({ 'a.yaml': log() });
      const signed = repo.git(['cat-file', 'commit', signCommit(repo, key)]);
      const signature = /^gpgsig ((?:.*\n )*.*)$/m.exec(signed)?.[1]?.replaceAll('\n ', '\n') ?? '';
      expect(signature).toMatch(/^-----BEGIN .*-----END /s);
      repo.commit({ 'b.yaml': log() });
      forgeCommit(repo, signature);
      expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: .* it was changed after it/);
    }
  });

  it.each([
    ['is over', 'valid-before="20240101"', '2023-06-01T00:00:00Z'],
    ['has not begun', 'valid-after="20300101000000Z"', '2031-06-01T00:00:00Z'],
  ])('is refused when the time of its SSH key %s, whatever date it has', async (_what, validity, date) => {
    using keys = createKeyRing();
    const key = keys.ssh('joe@example.com', validity);
    await using bench = createVerifyBench();
    const { repo, clock } = bench;
    repo.commit({ 'a.yaml': log() });
    signCommit(repo, { ...key, env: { GIT_COMMITTER_DATE: date } });
    const source = bench.create({ sshSigners: [key.trusted] });
    expect(await refusalOf(readNow(source))).toMatch(
      new RegExp(
        `^VerificationFailed: .* by ${RegExp.escape(key.fingerprint)}, whose valid-after or valid-before in settings`,
      ),
    );
    // In its own time the same commit is good: nothing else was wrong with it.
    clock.jump(Date.parse(date) - clock.now());
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });

  it('takes many signers, with remarks, and says which line cannot be used', async () => {
    using keys = createKeyRing();
    const [joe, ann, odd] = [
      keys.ssh('joe@example.com,joe@example.org'),
      keys.ssh('ann', 'namespaces="git"'),
      keys.ssh('odd', 'valid-before=20990101'),
    ];
    await using bench = createVerifyBench({
      SIGNERS: `# people\n\n${joe.trusted}\n${ann.trusted}\n${odd.trusted}\n`,
    });
    const source = bench.create({ sshSigners: ['{vault://env/signers}'] });
    bench.repo.commit({ 'a.yaml': log() });
    for (const key of [joe, ann]) {
      signCommit(bench.repo, key);
      expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    }
    signCommit(bench.repo, odd);
    expect(await refusalOf(readNow(source))).toMatch(
      /a line of ssh_signers does not hold: bad options: missing start quote$/,
    );
  });

  it.each<[string, (key: SigningKey, home: string) => string]>([
    ['no key', () => 'nonsense'],
    ['empty', () => ' '],
    [
      'a secret key',
      ({ fingerprint }, home) =>
        execFileSync(
          'gpg',
          [
            '--batch',
            '--pinentry-mode=loopback',
            '--passphrase=',
            '--armor',
            '--export-secret-keys',
            fingerprint,
          ],
          { env: { ...GIT_TEST_ENV, GNUPGHOME: home }, encoding: 'utf8' },
        ),
    ],
  ])('is refused when one of the keys is %s, although another is right', async (_what, toOther) => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    await using bench = createVerifyBench({ OTHER: toOther(key, join(keys.path, 'g')) });
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const source = bench.create({ gpgKeys: [key.trusted, '{vault://env/other}'] });
    expect(await refusalOf(readNow(source))).toMatch(
      /^VerificationFailed: .*a GPG key of settings cannot be imported: /,
    );
  });

  it('is read below a long path too, and leaves no key there', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('jane');
    const below = 'x'.repeat(150);
    await using bench = createVerifyBench({}, below);
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    expect(pathsOf(await readNow(bench.create({ gpgKeys: [key.trusted] })))).toEqual(['a.yaml']);
    expect(globSync(`${bench.state}/**/keys-*`)).toEqual([]);
  });

  it.each(['gpg', 'ssh-keygen'])('is refused when %s does not answer', async (program) => {
    using keys = createKeyRing();
    const key = program === 'gpg' ? keys.gpg('jane') : keys.ssh('joe@example.com');
    const bin = join(keys.path, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, program), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    await using bench = createVerifyBench({ PATH: `${bin}:${process.env.PATH}` });
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const trusted = program === 'gpg' ? { gpgKeys: [key.trusted] } : { sshSigners: [key.trusted] };
    const source = bench.create(trusted, { timeoutMs: 2_000 });
    expect(await refusalOf(readNow(source))).toMatch(/^VerificationFailed: .* took too long$/);
  });

  it('says nothing of a user id that a terminal would act on', async () => {
    using keys = createKeyRing();
    const key = keys.gpg('eve\u202e\u200b');
    await using bench = createVerifyBench();
    bench.repo.commit({ 'a.yaml': log() });
    signCommit(bench.repo, key);
    const source = bench.create({ gpgKeys: [key.trusted] });
    await readNow(source);
    expect(source.notices()[0]?.message).toContain(`${key.fingerprint} (eve·· <eve·`);
  });
});

describe('a tag that has to be signed', () => {
  const TAG: GitRef = { kind: 'tag', name: 'v1.0.0' };

  it('is read when it is signed as what it is called', async () => {
    using keys = createKeyRing();
    for (const key of [keys.gpg('jane'), keys.ssh('joe@example.com')]) {
      await using bench = createVerifyBench();
      const { repo } = bench;
      const sha = repo.commit({ 'a.yaml': log() });
      signTag(repo, 'v1.0.0', { key, of: sha, text: 'All that is new\n'.repeat(10_000) });
      const verify = key.trusted.startsWith('joe')
        ? { sshSigners: [key.trusted] }
        : { gpgKeys: [key.trusted] };
      const source = bench.create(
        { mode: 'tag', ...verify },
        { ref: { kind: 'semver', range: '^1', tagPrefix: 'v' } },
      );
      expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
      expect(source.notices()).toMatchObject([
        { message: expect.stringMatching(/^Tag v1\.0\.0 is signed by /) },
      ]);
    }
  });

  it('is looked at again when the same commit gets another tag, or its tag is made anew', async () => {
    using keys = createKeyRing();
    const key = keys.ssh('joe@example.com');
    await using bench = createVerifyBench();
    const { repo } = bench;
    const sha = repo.commit({ 'a.yaml': log() });
    const source = bench.create(
      { mode: 'tag', sshSigners: [key.trusted] },
      { ref: { kind: 'semver', range: '^1', tagPrefix: 'v' } },
    );
    signTag(repo, 'v1.0.0', { key, of: sha });
    const live = (await readNow(source)).revision;
    repo.git(['tag', 'v1.0.1', sha]);
    expect(await refusalOf(readNow(source, live))).toMatch(/tag "v1\.0\.1" is no annotated tag/);
    repo.git(['update-ref', 'refs/tags/v1.0.1', repo.git(['rev-parse', 'v1.0.0'])]);
    expect(await refusalOf(readNow(source, live))).toMatch(/tag "v1\.0\.1" was signed as "v1\.0\.0"/);
    repo.git(['tag', '-d', 'v1.0.1']);
    expect((await readNow(source, live)).revision).toBe(live);
    repo.git(['tag', '-f', '-a', '-m', 'by nobody', 'v1.0.0', sha]);
    expect(await refusalOf(readNow(source, live))).toMatch(/it has no signature/);
    signTag(repo, 'v1.1.0', { key, of: sha });
    expect((await readNow(source, live)).revision).toBe(`v1.1.0@sha1:${sha}`);
    expect(source.notices()).toMatchObject([
      { message: expect.stringMatching(/^Tag v1\.1\.0 is signed by /) },
    ]);
  });

  it('is not followed back to an older one when the newest is deleted', async () => {
    using keys = createKeyRing();
    const key = keys.ssh('joe@example.com');
    await using bench = createVerifyBench();
    const { repo } = bench;
    const source = bench.create(
      { mode: 'tag', sshSigners: [key.trusted] },
      { ref: { kind: 'semver', range: '*', tagPrefix: 'v' }, allowRewind: false },
    );
    signTag(repo, 'v1.0.0', { key, of: repo.commit({ 'a.yaml': log() }) });
    const first = (await readNow(source)).revision;
    signTag(repo, 'v1.1.0', { key, of: repo.commit({ 'b.yaml': log() }) });
    const live = (await readNow(source, first)).revision;
    expect(live).toMatch(/^v1\.1\.0@/);
    repo.git(['tag', '-d', 'v1.1.0']);
    expect(await refusalOf(readNow(source, live))).toMatch(/^HistoryRewritten: /);
  });

  it('is refused when it is light, unsigned, of another name, or of another tag', async () => {
    using keys = createKeyRing();
    const key = keys.ssh('joe@example.com');
    await using bench = createVerifyBench();
    const { repo } = bench;
    const sha = repo.commit({ 'a.yaml': log() });
    const source = bench.create({ mode: 'tag', sshSigners: [key.trusted] }, { ref: TAG });
    const attempt = async (): Promise<string> =>
      (await refusalOf(readNow(source))).replace(/^.*?: .*?: /, '');
    repo.git(['tag', 'v1.0.0', sha]);
    expect(await attempt()).toBe('tag "v1.0.0" is no annotated tag, so nothing is signed');
    repo.git(['tag', '-f', '-a', '-m', 'x', 'v1.0.0', sha]);
    expect(await attempt()).toBe('it has no signature of GPG or SSH');
    signTag(repo, 'v0.9.0', { key, of: sha });
    repo.git(['update-ref', 'refs/tags/v1.0.0', repo.git(['rev-parse', 'v0.9.0'])]);
    expect(await attempt()).toBe('tag "v1.0.0" was signed as "v0.9.0"');
    repo.git(['tag', '-d', 'v1.0.0']);
    signTag(repo, 'v1.0.0', { key, of: 'v0.9.0' });
    expect(await attempt()).toBe('tag "v1.0.0" does not stand for the commit itself');
  });
});

/** A gpg whose time stands still where the expired key was good. */
function fakedGpg(dir: string): string {
  const path = join(dir, 'faked-gpg');
  writeFileSync(path, '#!/bin/sh\nexec gpg --faked-system-time 20200101T010000 "$@"\n', { mode: 0o755 });
  return path;
}

/** Takes the place of gpg and of ssh-keygen, and calls every signature good. */
function vouchingProgram(dir: string): string {
  const path = join(dir, 'vouching');
  const fingerprint = 'A'.repeat(40);
  const lines = [
    '#!/bin/sh',
    'case "$*" in',
    '*find-principals*) echo eve ;;',
    '*-Y*) echo \'Good "git" signature for eve with ED25519 key SHA256:AAAA\' ;;',
    `*) echo; echo '[GNUPG:] GOODSIG ${fingerprint.slice(24)} eve'`,
    `echo '[GNUPG:] VALIDSIG ${fingerprint} 2026-01-01 1 0 4 0 22 8 00 ${fingerprint}'`,
    `echo '[GNUPG:] TRUST_ULTIMATE 0 pgp' ;;`,
    'esac',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o755 });
  return path;
}

/** A PATH on which there is git and no gpg. */
function gitOnlyPath(dir: string): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\nPATH='${process.env.PATH}' exec git "$@"\n`, { mode: 0o755 });
  return bin;
}
