import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { posix, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { LoadedFile } from '../definitions/definition.ts';
import { readRevision } from '../definitions/git-revision.ts';
import { createGit, type Git } from '../definitions/git-runner.ts';
import { loadFile, toUnownedPlace } from '../definitions/load-file.ts';
import { HooklineError, toMessage } from '../errors.ts';
import type { CommandContext } from './command.ts';
import { showAs } from './read-definitions.ts';

/** A repository with where in it something is asked. */
export interface Repository {
  readonly git: Git;
  /** The directory below its root, with `/`; empty for the root. */
  readonly prefix: string;
}

/** The definitions of a revision. */
export interface RevisionDefinitions {
  /** Full, hex. */
  readonly commit: string;
  /** By `REVISION:PATH`, as git takes it. */
  readonly files: readonly LoadedFile[];
}

const run = promisify(execFile);

/** Finds the repository a directory is in, as git does; null when it is in none or there is no git. Throws `not_comparable`. */
export async function findRepository(dir: string, env: CommandContext['env']): Promise<Repository | null> {
  try {
    const args = ['-C', dir, 'rev-parse', '--absolute-git-dir', '--show-prefix'];
    const { stdout } = await run('git', args, { env: { ...env, LC_ALL: 'C' } });
    const [gitDir = '', prefix = ''] = stdout.split('\n');
    return { git: createGit({ dir: gitDir, env }), prefix: prefix.replace(/\/$/, '') };
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === 'ENOENT' || stderr?.includes('not a git repository')) return null;
    throw notComparable(`Cannot read the repository of "${dir}": ${stderr?.trim() || toMessage(error)}`);
  }
}

/** The repository of the working directory, at a path seen from there. Throws `not_comparable`. */
export async function findRepositoryAt(path: string, env: CommandContext['env']): Promise<Repository> {
  const repository = await findRepository('.', env);
  if (repository === null) throw noRepository('the working directory');
  const below = relative(realpathSync('.'), resolve(realpathSync('.'), path));
  const prefix = posix.join(repository.prefix, below.split(sep).join('/'));
  if (prefix === '..' || prefix.startsWith('../'))
    throw notComparable(`Cannot read "${path}" of a revision: it is outside of the repository`);
  return { git: repository.git, prefix: prefix === '.' ? '' : prefix.replace(/\/$/, '') };
}

/** Reads the definitions below the directory of a revision. Rejects with SourceError. */
export async function readRevisionDefinitions(
  revision: string,
  { git, prefix }: Repository,
): Promise<RevisionDefinitions> {
  const { commit, files } = await readRevision(git, { revision, path: prefix });
  const source = toUnownedPlace(`git:${revision}`);
  return {
    commit,
    files: files.map(({ path, bytes }) =>
      showAs(`${revision}:${posix.join(prefix, path)}`, loadFile({ file: path, bytes, source })),
    ),
  };
}

/** What to say where a revision is asked for and there is no repository. */
export function noRepository(where: string): HooklineError {
  return notComparable(`Cannot read a revision: ${where} is in no git repository, or git is not installed`);
}

/** Refuses what cannot be read to be compared, or checked. */
export function notComparable(message: string): HooklineError {
  return new HooklineError('not_comparable', message);
}
