import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Secrets } from '../secrets/secrets.ts';
import { KEY_DIR_PREFIX } from './git-access.ts';
import { createGitMirror, type GitMirror } from './git-mirror.ts';

/** The mirrors of a state directory. */
export interface GitMirrors {
  /** The directory they are in; keys may be in one below it, whose name begins with KEY_DIR_PREFIX. */
  readonly root: string;
  /** The mirror of a remote: one for all sources of the same URL. */
  of(url: string): GitMirror;
  /** Ends every command that runs, so that what waits for one is rejected; no other begins. */
  close(): Promise<void>;
}

/** What mirrors are made with. */
export interface GitMirrorsOptions {
  /** Owned by this process; mirrors are in `git` below it. */
  readonly stateDir: string;
  /** What git is found by, and its proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
}

/** Creates the holder of mirrors. Throws when the directory cannot be made. */
export function createGitMirrors({ stateDir, env, secrets }: GitMirrorsOptions): GitMirrors {
  const root = resolve(stateDir, 'git');
  const mirrors = new Map<string, GitMirror>();
  const stop = new AbortController();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  // A process that was killed in the middle of a command left the keys of it.
  for (const name of readdirSync(root).filter((found) => found.startsWith(KEY_DIR_PREFIX)))
    rmSync(join(root, name), { recursive: true });
  return {
    root,
    of(url) {
      const mirror = mirrors.get(url) ?? createGitMirror({ root, url, env, secrets, signal: stop.signal });
      mirrors.set(url, mirror);
      return mirror;
    },
    async close() {
      stop.abort();
      await Promise.all([...mirrors.values()].map((mirror) => mirror.settled()));
    },
  };
}
