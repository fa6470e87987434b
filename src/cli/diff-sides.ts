import { lstatSync, statSync } from 'node:fs';
import type { LoadedFile } from '../definitions/definition.ts';
import { resolveRevision } from '../definitions/git-revision.ts';
import type { Server } from './client.ts';
import type { CommandContext } from './command.ts';
import { readServer } from './diff-server.ts';
import {
  findRepository,
  findRepositoryAt,
  noRepository,
  notComparable,
  type Repository,
  readRevisionDefinitions,
} from './git-repository.ts';
import { DEFAULT_DIR } from './options.ts';
import { readDefinitions } from './read-definitions.ts';

/** One of the two things that are compared. */
export type Side =
  | { readonly kind: 'server'; readonly server: Server }
  | { readonly kind: 'directory'; readonly dir: string }
  | { readonly kind: 'revision'; readonly revision: string };

/** What is compared with what. */
export interface Sides {
  readonly from: Side;
  readonly to: Side;
}

/** A side with its definitions. */
export interface ReadSide {
  /** For people, in one line. */
  readonly label: string;
  readonly fromServer: boolean;
  readonly files: readonly LoadedFile[];
}

/** What a side is read with. */
export interface SideOptions {
  readonly other: Side;
  /** Directory of the definitions in revisions; null: the one it is compared with, else `hooks.d`. */
  readonly path: string | null;
  readonly context: CommandContext;
}

/** What the server at --url is called. */
const SERVER = 'server';
/** A path that can be no revision. */
const SURELY_PATH = /^\.{0,2}(?:\/|$)/;
const SURELY_URL = /^https?:\/\//;
/** Characters of a commit that are shown. */
const SHOWN_COMMIT = 12;

/**
 * Tells what the arguments of `diff` mean. None: the server and `hooks.d`. A directory alone is compared with the
 * server, anything else alone with `hooks.d`. Throws `not_comparable` for what is neither of them.
 */
export async function toSides(
  [first, second]: readonly string[],
  { server, context }: { readonly server: Server; readonly context: CommandContext },
): Promise<Sides> {
  const running = { kind: 'server', server } as const;
  const directory = { kind: 'directory', dir: DEFAULT_DIR } as const;
  if (first === undefined) return { from: running, to: directory };
  const from = await toSide(first, { server, context });
  if (second !== undefined) return { from, to: await toSide(second, { server, context }) };
  return from.kind === 'directory' ? { from: running, to: from } : { from, to: directory };
}

async function toSide(
  text: string,
  { server, context }: { readonly server: Server; readonly context: CommandContext },
): Promise<Side> {
  if (text === SERVER) return { kind: 'server', server };
  if (SURELY_URL.test(text) && URL.canParse(text))
    return { kind: 'server', server: toServerAt(text.replace(/\/+$/, ''), server) };
  const isDirectory = statSync(text, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isDirectory && SURELY_PATH.test(text)) return { kind: 'directory', dir: text };
  const isRevision = await isRevisionHere(text, context);
  if (isDirectory && isRevision)
    throw notComparable(
      `Cannot tell whether "${text}" is a directory or a revision: it is both; say ./${text}, or heads/${text} for the branch`,
    );
  if (isDirectory) return { kind: 'directory', dir: text };
  if (isRevision) return { kind: 'revision', revision: text };
  throw notComparable(
    `Cannot compare "${text}": it is no directory, and no revision that this repository has; "git fetch" gets those of others`,
  );
}

/** A token is for the server of --url: another gets none. */
function toServerAt(url: string, { url: own, token }: Server): Server {
  return { url, token: new URL(url).origin === new URL(own).origin ? token : null };
}

async function isRevisionHere(text: string, { env }: CommandContext): Promise<boolean> {
  const repository = await findRepository('.', env);
  return repository !== null && (await resolveRevision(repository.git, text)) !== null;
}

/** Reads the definitions of a side. Throws `not_comparable`, `directory_unreadable` or SourceError. */
export async function readSide(side: Side, options: SideOptions): Promise<ReadSide> {
  switch (side.kind) {
    case 'server': {
      const { revision, files } = await readServer(side.server);
      const label = `server ${side.server.url} (${revision ?? 'it serves nothing yet'})`;
      return { label, fromServer: true, files };
    }
    case 'directory': {
      const files = await readDirectory(side.dir, options);
      return { label: `directory ${side.dir}`, fromServer: false, files };
    }
    case 'revision':
      return readRevisionSide(side.revision, await locate(options));
  }
}

/**
 * A server follows links in a directory and none in git: beside a revision, the work tree of a repository is what would be
 * committed.
 */
async function readDirectory(dir: string, { other, context }: SideOptions): Promise<readonly LoadedFile[]> {
  const files = await readDefinitions(dir, context.stdin);
  const isWorkTree = other.kind === 'revision' && (await findRepository(dir, context.env)) !== null;
  return isWorkTree ? files.filter(({ file }) => !isLink(file)) : files;
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

async function readRevisionSide(revision: string, repository: Repository): Promise<ReadSide> {
  const { commit, files } = await readRevisionDefinitions(revision, repository);
  const where = repository.prefix || 'all of it';
  const label = `revision ${revision} (${commit.slice(0, SHOWN_COMMIT)}), ${where}`;
  return { label, fromServer: false, files };
}

/** Where the definitions of a revision are. */
async function locate({ other, path, context: { env } }: SideOptions): Promise<Repository> {
  if (path !== null || other.kind !== 'directory') return findRepositoryAt(path ?? DEFAULT_DIR, env);
  const repository = await findRepository(other.dir, env);
  if (repository === null) throw noRepository(`"${other.dir}"`);
  return repository;
}
