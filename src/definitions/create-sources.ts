import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { GitSettings, SourceSettings } from '../source-settings.ts';
import { createDirectorySource } from './directory-source.ts';
import { createCheck } from './git-check.ts';
import { createGitMirrors, type GitMirrors } from './git-mirrors.ts';
import { createGitSource } from './git-source.ts';
import { createVerify, type Verify } from './git-verify.ts';
import type { DefinitionSource } from './source.ts';

/** What sources are made with besides their settings. */
export interface SourceParts {
  readonly stateDir: string;
  /** What git is found by, and its proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  /** Between looks at directories that do not depend on file events. */
  readonly pollMs: number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Every source of the settings, in their order. */
export interface Sources {
  readonly all: readonly DefinitionSource[];
  close(): Promise<void>;
}

/** Creates the sources; those of one remote share a mirror. Throws when the state directory cannot hold one. */
export function createSources(settings: readonly SourceSettings[], parts: SourceParts): Sources {
  const labelled = settings.length > 1;
  let mirrors: GitMirrors | null = null;
  const all = settings.map((source) => {
    if (source.kind === 'dir') return createDirectorySource({ ...source, ...parts, labelled });
    mirrors ??= createGitMirrors(parts);
    const check = createCheck({ ...source, verify: toVerify(source, { ...parts, keyDir: mirrors.root }) });
    return createGitSource({ ...parts, settings: source, labelled, mirrors, check });
  });
  return {
    all,
    async close() {
      await mirrors?.close();
      await Promise.all(all.map((source) => source.close()));
    },
  };
}

function toVerify({ verify }: GitSettings, parts: SourceParts & { readonly keyDir: string }): Verify | null {
  const { secrets, env, keyDir, clock } = parts;
  return verify === null ? null : createVerify({ verify, resolve: secrets.resolve, env, keyDir, clock });
}
