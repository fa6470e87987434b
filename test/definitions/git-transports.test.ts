import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGitDaemon, startSshServer } from '../helpers/git-daemons.ts';
import { createGitRepo } from '../helpers/git-repo.ts';
import { startGitServer } from '../helpers/git-server.ts';
import { createGitBench, log, pathsOf, readNow, refusalOf } from '../helpers/git-source.ts';

const SSH = { kind: 'ssh', key: '{vault://env/ssh-key}', knownHosts: '{vault://env/known-hosts}' } as const;

/** Every byte below a directory, as text. */
function textBelow(dir: string): string {
  const files = readdirSync(dir, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('\n');
}

describe('a git source over HTTP', () => {
  it('reads with a password or a token, which are nowhere on disk and in no message', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    repo.commit({ 'a.yaml': log() });
    for (const [auth, header] of [
      [
        { kind: 'basic', username: 'jane', password: '{vault://env/password}' },
        `Basic ${Buffer.from('jane:hunter2-password').toString('base64')}`,
      ],
      [{ kind: 'bearer', token: '{vault://env/token}' }, 'Bearer hunter2-token'],
    ] as const) {
      await using bench = createGitBench({ PASSWORD: 'hunter2-password', TOKEN: 'hunter2-token' });
      const source = bench.create({ url: `${server.url}/hooks.git`, auth });
      server.authorization = header;
      expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
      server.authorization = 'Basic other';
      const refusal = await refusalOf(readNow(source));
      expect(refusal).toMatch(/^AuthenticationFailed: Cannot fetch "http:\/\/127/);
      for (const text of [refusal, textBelow(bench.state.path)]) expect(text).not.toContain('hunter2');
    }
  });

  it('keeps the user of a URL out of the URL git is given, which a list of processes shows', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    const url = `${server.url.replace('//', '//hunter2%2Btoken@')}/hooks.git`;
    expect(pathsOf(await readNow(bench.create({ url })))).toEqual(['a.yaml']);
    // git itself gives a user out of a URL only to who asked for one.
    const header = `Basic ${Buffer.from('hunter2+token:').toString('base64')}`;
    expect(new Set(server.seen)).toEqual(new Set([header]));
    const auth = { kind: 'bearer', token: 'mine' } as const;
    server.authorization = 'Bearer mine';
    expect(pathsOf(await readNow(bench.create({ url, auth })))).toEqual(['a.yaml']);
  });

  it('takes credentials that were rotated at the next fetch, after wrong ones too', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using bench = createGitBench({ TOKEN: 'old' });
    repo.commit({ 'a.yaml': log() });
    server.authorization = 'Bearer new';
    const source = bench.create({
      url: `${server.url}/hooks.git`,
      auth: { kind: 'bearer', token: '{vault://env/token}' },
    });
    expect(await refusalOf(readNow(source))).toMatch(/^AuthenticationFailed/);
    bench.env.TOKEN = undefined;
    expect(await refusalOf(readNow(source))).toMatch(/^CredentialsUnresolved: .*variable TOKEN is not set/);
    bench.env.TOKEN = 'new';
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });

  it('gives no other host its credentials', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    await using other = await startGitServer({ root: repo.parent });
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    server.mode = { redirectTo: other.url.replace('127.0.0.1', 'localhost') };
    const auth = { kind: 'bearer', token: 'hunter2' } as const;
    const refusal = await refusalOf(readNow(bench.create({ url: `${server.url}/hooks.git`, auth })));
    expect(refusal).toMatch(/^FetchFailed/);
    expect(other.seen).toEqual([]);
  });

  it('goes through a proxy when the settings name one', async () => {
    using repo = createGitRepo();
    await using server = await startGitServer({ root: repo.parent });
    repo.commit({ 'a.yaml': log() });
    const asked: string[] = [];
    const proxy = createServer(async (req, res) => {
      asked.push(req.url ?? '');
      const body = Buffer.concat((await req.toArray()) as Buffer[]);
      const headers = Object.entries(req.headers).filter(
        ([name]) => !/^(?:host|connection|proxy-|content-length)/.test(name),
      );
      const init = {
        method: req.method ?? 'GET',
        headers: Object.fromEntries(headers) as Record<string, string>,
      };
      const target = (req.url ?? '').replace('http://git.invalid', server.url);
      const answer = await fetch(target, body.length > 0 ? { ...init, body } : init);
      res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      res.end(Buffer.from(await answer.arrayBuffer()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await using bench = createGitBench();
    const files = await readNow(bench.create({ url: 'http://git.invalid/hooks.git', proxy: url }));
    proxy.close();
    expect(pathsOf(files)).toEqual(['a.yaml']);
    expect(asked[0]).toBe('http://git.invalid/hooks.git/info/refs?service=git-upload-pack');
  });
});

describe('a git source over its own protocol', () => {
  it('reads', async () => {
    using repo = createGitRepo();
    await using daemon = await startGitDaemon(repo.parent);
    await using bench = createGitBench();
    repo.commit({ 'a.yaml': log() });
    const source = bench.create({ url: `git://127.0.0.1:${daemon.port}/hooks.git` });
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });
});

describe('a git source over ssh', () => {
  it('reads with a key, from a host it knows, and leaves no key behind', async () => {
    using repo = createGitRepo();
    await using server = await startSshServer();
    repo.commit({ 'a.yaml': log() });
    await using bench = createGitBench({ SSH_KEY: server.key, KNOWN_HOSTS: server.knownHosts() });
    const source = bench.create({ url: `ssh://127.0.0.1:${server.port}${repo.path}`, auth: SSH });
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
    expect(textBelow(bench.state.path)).not.toContain('PRIVATE KEY');
  });

  it('refuses a host it does not know, one whose key changed, and says which key was offered', async () => {
    using repo = createGitRepo();
    await using server = await startSshServer();
    repo.commit({ 'a.yaml': log() });
    await using bench = createGitBench({ SSH_KEY: server.key, KNOWN_HOSTS: '# none' });
    const source = bench.create({ url: `ssh://127.0.0.1:${server.port}${repo.path}`, auth: SSH });
    expect(await refusalOf(readNow(source))).toBe(
      `HostKeyRefused: Cannot fetch "ssh://127.0.0.1:${server.port}${repo.path}": the host key was refused: it offered ssh-ed25519 ${server.fingerprint()}, and known_hosts does not have it`,
    );
    bench.env.KNOWN_HOSTS = server.knownHosts();
    await server.rotateHostKey();
    expect(await refusalOf(readNow(source))).toMatch(
      new RegExp(
        `^HostKeyRefused: .*${server.fingerprint().replaceAll(/[+/]/g, '.')}, and known_hosts has another key`,
      ),
    );
    bench.env.KNOWN_HOSTS = server.knownHosts();
    expect(pathsOf(await readNow(source))).toEqual(['a.yaml']);
  });

  it('says that a key is not let in', async () => {
    using repo = createGitRepo();
    await using server = await startSshServer();
    await using other = await startSshServer();
    await using bench = createGitBench({ SSH_KEY: other.key, KNOWN_HOSTS: server.knownHosts() });
    const source = bench.create({ url: `ssh://127.0.0.1:${server.port}${repo.path}`, auth: SSH });
    expect(await refusalOf(readNow(source))).toMatch(/^AuthenticationFailed: .*Permission denied/);
  });

  it('is what user@host:path means', async () => {
    await using bench = createGitBench({ SSH_KEY: 'no key', KNOWN_HOSTS: '# none' });
    const source = bench.create({ url: 'git@hookline.invalid:acme/hooks.git', auth: SSH });
    expect(await refusalOf(readNow(source))).toMatch(
      /^FetchFailed: Cannot fetch "hookline\.invalid:.*Could not resolve hostname/,
    );
  });
});

describe('a URL that would run a command', () => {
  it.each(['ext::sh -c "touch /tmp/hookline-pwned"', '--upload-pack=touch /tmp/hookline-pwned', 'fd::0'])(
    'is refused: %s',
    async (url) => {
      await using bench = createGitBench();
      expect(await refusalOf(readNow(bench.create({ url })))).toMatch(/^(?:FetchFailed|Unreadable)/);
      expect(readdirSync('/tmp')).not.toContain('hookline-pwned');
    },
  );
});
