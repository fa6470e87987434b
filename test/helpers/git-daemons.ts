import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { GIT_TEST_ENV } from './git-repo.ts';
import { createTempDir } from './temp-dir.ts';

/** A server of git that is a process of its own. */
export interface GitDaemon extends AsyncDisposable {
  readonly port: number;
}

/** A server of git over ssh, with who may come in and how it is known. */
export interface SshServer extends GitDaemon {
  /** Private key that is let in. */
  readonly key: string;
  /** Line of known_hosts. */
  knownHosts(): string;
  /** As ssh prints it: `SHA256:…`. */
  fingerprint(): string;
  /** Has another host key from now on. */
  rotateHostKey(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';
const STARTS_MS = 10_000;

/** Starts git-daemon(1) for the repositories in a directory. */
export async function startGitDaemon(root: string): Promise<GitDaemon> {
  const port = await findFreePort();
  const args = [
    'daemon',
    '--export-all',
    '--listen=127.0.0.1',
    `--port=${port}`,
    `--base-path=${root}`,
    root,
  ];
  const child = spawn('git', ['-c', 'safe.directory=*', ...args], {
    env: GIT_TEST_ENV,
    detached: true,
    stdio: 'ignore',
  });
  await toBeListening(port);
  return { port, [Symbol.asyncDispose]: () => end(child) };
}

/**
 * Starts sshd(8) on a free port, with a configuration and keys of its own. Unless it takes GIT_PROTOCOL, as the big hosts
 * do and a plain one does not, git speaks an older protocol over it.
 */
export async function startSshServer({ takesProtocol = false } = {}): Promise<SshServer> {
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is missing: install the package openssh-server`);
  const dir = createTempDir();
  const port = await findFreePort();
  const generate = (name: string): string => {
    const path = `${dir.path}/${name}`;
    rmSync(path, { force: true });
    rmSync(`${path}.pub`, { force: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
    return path;
  };
  const hostKey = generate('host');
  const userKey = generate('user');
  dir.write('authorized_keys', readFileSync(`${userKey}.pub`));
  const config = dir.write(
    'sshd_config',
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${dir.path}/authorized_keys`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      ...(takesProtocol ? ['AcceptEnv GIT_PROTOCOL'] : []),
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      '',
    ].join('\n'),
  );
  const start = async (): Promise<ChildProcess> => {
    // As root, sshd wants the directory its package makes at boot.
    if (process.getuid?.() === 0) execFileSync('mkdir', ['-p', '/run/sshd']);
    const child = spawn(SSHD, ['-D', '-f', config], { detached: true, stdio: 'ignore' });
    await toBeListening(port);
    return child;
  };
  let child = await start();
  return {
    port,
    key: readFileSync(userKey, 'utf8'),
    knownHosts: () => `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, 'utf8')}`,
    fingerprint: () =>
      execFileSync('ssh-keygen', ['-l', '-f', `${hostKey}.pub`])
        .toString('utf8')
        .split(' ')[1] ?? '',
    async rotateHostKey() {
      generate('host');
      await end(child);
      child = await start();
    },
    async [Symbol.asyncDispose]() {
      await end(child);
      dir[Symbol.dispose]();
    },
  };
}

/** With all it started: git daemon serves from a process of its own. */
async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function toBeListening(port: number): Promise<void> {
  for (const until = Date.now() + STARTS_MS; Date.now() < until; await wait(20)) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isUp) return;
  }
  throw new Error(`nothing listens on port ${port}`);
}
