import type { CheckCandidate, Checked } from '../../src/definitions/git-check.ts';
import { createGitMirrors, type GitMirrors } from '../../src/definitions/git-mirrors.ts';
import { createGitSource } from '../../src/definitions/git-source.ts';
import type { DefinitionSource, SourceFiles } from '../../src/definitions/source.ts';
import { SourceError } from '../../src/definitions/source.ts';
import { NOTHING_RESERVED } from '../../src/secrets/reserved.ts';
import { createSecrets } from '../../src/secrets/resolver.ts';
import type { GitSettings } from '../../src/source-settings.ts';
import { createHeldClock, type HeldClock } from './held-clock.ts';
import { createTempDir, type TempDir } from './temp-dir.ts';

/** Sources of git with a state directory of their own. */
export interface GitBench extends AsyncDisposable {
  readonly state: TempDir;
  readonly clock: HeldClock;
  /** What references in settings are looked up in. */
  readonly env: Record<string, string | undefined>;
  mirrors: GitMirrors;
  /** Another process over the same state: the first is gone, with all that it held in memory. */
  restart(): GitBench;
  create(settings: Partial<GitSettings> & Pick<GitSettings, 'url'>, check?: CheckCandidate): DefinitionSource;
}

/** What settings have when nothing is said. */
export const GIT_DEFAULTS: Omit<GitSettings, 'url'> = {
  kind: 'git',
  name: 'hooks',
  prefix: null,
  ref: { kind: 'branch', name: 'main' },
  path: '',
  intervalMs: 60_000,
  jitter: 0,
  timeoutMs: 20_000,
  auth: null,
  proxy: null,
  verify: null,
  allowRewind: true,
  commitStatus: null,
};

/** A commit that may go live, and of which there is nothing to say. */
export const NOTHING_FOUND: Checked = { notices: [], refusal: null };

/** Creates sources whose clock stands still. */
export function createGitBench(env: Record<string, string | undefined> = {}): GitBench {
  const state = createTempDir();
  const clock = createHeldClock();
  const all = { PATH: process.env.PATH, ...env };
  const secrets = createSecrets({
    env: all,
    envAllow: null,
    fileRoot: state.path,
    reserved: NOTHING_RESERVED,
  }).settings;
  const sources: DefinitionSource[] = [];
  const bench: GitBench = {
    state,
    clock,
    env: all,
    mirrors: createGitMirrors({ stateDir: state.path, env: all, secrets }),
    create(settings, check = async () => NOTHING_FOUND) {
      const source = createGitSource({
        settings: { ...GIT_DEFAULTS, ...settings },
        labelled: false,
        mirrors: bench.mirrors,
        clock,
        random: () => 0.5,
        check,
      });
      sources.push(source);
      return source;
    },
    restart() {
      bench.mirrors = createGitMirrors({ stateDir: state.path, env: all, secrets });
      return bench;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(sources.map((source) => source.close()));
      await bench.mirrors.close();
      state[Symbol.dispose]();
    },
  };
  return bench;
}

/** Reads what is there now. */
export function readNow(source: DefinitionSource, live: string | null = null): Promise<SourceFiles> {
  source.refresh();
  return source.read({ live });
}

/** `reason: message` of a read that is refused. */
export async function refusalOf(read: Promise<SourceFiles>): Promise<string> {
  const error = await read.then(
    () => new Error('it was read'),
    (caught: unknown) => caught,
  );
  if (!(error instanceof SourceError)) throw error;
  return `${error.reason}: ${error.message}`;
}

/** Paths in the order they were answered. */
export function pathsOf({ files }: SourceFiles): readonly string[] {
  return files.map(({ path }) => path);
}

/** A definition that loads. */
export function log(extra = ''): string {
  return `source: crud\nhandler: log\n${extra}`;
}
