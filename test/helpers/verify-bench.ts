import { join } from 'node:path';
import { createSources } from '../../src/definitions/create-sources.ts';
import type { DefinitionSource } from '../../src/definitions/source.ts';
import { createLogger } from '../../src/logger.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import type { GitSettings, GitVerify } from '../../src/source-settings.ts';
import { createGitRepo, type GitRepo } from './git-repo.ts';
import { GIT_DEFAULTS } from './git-source.ts';
import { createHeldClock, type HeldClock } from './held-clock.ts';
import { createTempDir } from './temp-dir.ts';

/** A repository and the sources that follow it. */
export interface VerifyBench extends AsyncDisposable {
  readonly repo: GitRepo;
  /** What references are looked up in. */
  readonly env: Record<string, string | undefined>;
  readonly clock: HeldClock;
  /** The state directory. */
  readonly state: string;
  /** Verify null: no signature is asked for. */
  create(verify: Partial<GitVerify> | null, more?: Partial<GitSettings>): DefinitionSource;
  /** Closes every source, as a server does that stops. */
  stop(): Promise<void>;
}

/** Sources of one repository, made as the server makes them. */
export function createVerifyBench(env: Record<string, string | undefined> = {}, below = ''): VerifyBench {
  const repo = createGitRepo();
  const state = createTempDir();
  const clock = createHeldClock();
  const all: Record<string, string | undefined> = { PATH: process.env.PATH, ...env };
  const closing: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(closing.map((close) => close()));
  };
  return {
    repo,
    env: all,
    clock,
    state: state.path,
    create(verify, more = {}) {
      const settings: GitSettings = {
        ...GIT_DEFAULTS,
        url: `file://${repo.path}`,
        verify: verify && { mode: 'commit', gpgKeys: [], sshSigners: [], ...verify },
        ...more,
      };
      const sources = createSources([settings], {
        stateDir: join(state.path, below),
        env: all,
        secrets: createSecrets({ env: all, envAllow: null, fileRoot: state.path, reserved: NOTHING_RESERVED })
          .settings,
        clock,
        logger: createLogger('silent'),
        pollMs: 1_000,
        random: () => 0.5,
      });
      closing.push(sources.close);
      const [source] = sources.all;
      if (source === undefined) throw new Error('Cannot find the source');
      return source;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      state[Symbol.dispose]();
      repo[Symbol.dispose]();
    },
  };
}
