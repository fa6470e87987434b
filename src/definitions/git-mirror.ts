import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Secrets } from '../secrets/secrets.ts';
import { toShownUrl } from '../shown-url.ts';
import type { GitRef } from '../source-settings.ts';
import { type GitRemote, openAccess } from './git-access.ts';
import { type CommitWithTree, readCommit } from './git-commit.ts';
import { toSourceError } from './git-failure.ts';
import { removeLeftovers } from './git-leftovers.ts';
import { createGit, type Git, GitError } from './git-runner.ts';
import { findTarget, type GitTarget, parseRemoteRefs, toListing } from './git-target.ts';
import { SourceError } from './source.ts';
import { createTaskQueue } from './task-queue.ts';

/** What to ask a remote for. */
export interface GitRequest {
  readonly remote: GitRemote;
  readonly ref: GitRef;
}

/** A target whose history and tree are in the mirror. */
export interface FetchedTarget extends GitTarget, CommitWithTree {
  /** The ref of ours that holds it. */
  readonly ref: string;
}

/** The repository of ours, while nobody else works in it. */
export interface MirrorSession {
  /** Runs in the mirror; reaches no remote. */
  readonly git: Git;
  /** Fetches objects that are not there yet, in one request; of a tree also those below it. Rejects with SourceError. */
  fetchObjects(oids: readonly string[]): Promise<void>;
}

/** A bare repository of ours with the history of what is followed in one remote, and of files those that were read. */
export interface GitMirror {
  /**
   * Asks the remote where a ref is, and fetches its history when that is new. Who asks for the same in the same moment
   * shares the answer. Rejects with SourceError.
   */
  fetch(request: GitRequest): Promise<FetchedTarget>;
  /** What a `fetch` of the same will answer that has not ended; null when there is none. */
  underWay(request: GitRequest): Promise<FetchedTarget> | null;
  /** What the last `fetch` of the same answered; null when there was none, or the mirror was lost since. */
  latest(request: GitRequest): FetchedTarget | null;
  /**
   * Runs a task while nothing else works in the mirror. When git fails in it the mirror counts as broken, and the next
   * attempt makes it anew; not when git was ended by a stop or for its time, or could not be run. Rejects with SourceError.
   */
  use<Result>(remote: GitRemote, task: (session: MirrorSession) => Promise<Result>): Promise<Result>;
  /** Resolves once nothing that was asked for before is at work in it any more. */
  settled(): Promise<void>;
}

/** What a mirror is made with. */
export interface GitMirrorOptions {
  /** The directory of all mirrors. */
  readonly root: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  /** Ends its commands. */
  readonly signal: AbortSignal;
}

/** Every commit of what is followed, so that descent can be told; no tree and no file before it is asked for. */
const LAZY_FILTER = 'tree:0';
/** For a remote that gives out nothing but what its refs point at: everything but files no definition is as large as. */
const WHOLE_FILTER = 'blob:limit=16m';
const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--recurse-submodules=no',
  '--stdin',
];
/** What is there is no help in finding a single object: the remote is told of none of it. */
const FETCH_OBJECTS = ['-c', 'fetch.negotiationAlgorithm=noop', ...FETCH, '--filter=blob:none'];
const ORIGIN = ['--end-of-options', 'origin'];
/** Each fetch leaves packs; so many of them slow every look-up down. */
const MAX_PACKS = 50;
/** Fetches that fail in a row after the remote answered: the fault may be the mirror's. */
const MAX_FAILED_FETCHES = 2;
/** Marks a mirror that has everything, since the sshd of its remote does not pass the version of git's protocol on. */
const WHOLE_MARK = 'whole';
/** What git says of its own repository; what the remote says of its own begins otherwise. */
const UNUSABLE =
  /^(?:fatal|error): .*(?:not a git repository|bad config|unable to (?:read|write)|cannot lock ref|loose object|packfile)/m;

/** Creates the mirror of a remote; nothing is on disk before the first fetch. */
export function createGitMirror({ root, url, env, secrets, signal }: GitMirrorOptions): GitMirror {
  const dir = join(root, hash('sha256', url, 'hex').slice(0, 32));
  const git = createGit({ dir, env, signal });
  const enqueue = createTaskQueue();
  const flights = new Map<string, Flight>();
  const latest = new Map<string, FetchedTarget>();
  let condition: 'unknown' | 'usable' | 'broken' = 'unknown';
  let failedFetches = 0;
  let isWhole = existsSync(join(dir, WHOLE_MARK));

  /** Locks of what was killed go first: this process owns the directory, and its commands run one at a time. */
  async function prepare(timeoutMs: number): Promise<void> {
    if (condition === 'broken') await remove();
    if (condition !== 'usable') await open(timeoutMs);
    condition = 'usable';
    await removeLeftovers(dir);
  }

  async function open(timeoutMs: number): Promise<void> {
    try {
      await create(timeoutMs);
    } catch (error) {
      if (!isOfTheMirror(error)) throw error;
      await remove();
      await create(timeoutMs);
    }
  }

  async function create(timeoutMs: number): Promise<void> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await removeLeftovers(dir);
    await git.run({ args: ['init', '--quiet', '--bare', '--template=', dir], timeoutMs });
    await writeFile(join(dir, 'config'), toConfig(isWhole ? WHOLE_FILTER : LAZY_FILTER));
    if (isWhole) await writeFile(join(dir, WHOLE_MARK), '');
  }

  async function remove(): Promise<void> {
    latest.clear();
    failedFetches = 0;
    await rm(dir, { recursive: true, force: true });
  }

  /** Runs a command that reaches the remote. */
  async function ask(args: readonly string[], { remote, input = '' }: Question): Promise<string> {
    await using access = await openAccess(remote, { secrets, keyDir: root });
    const { timeoutMs } = remote;
    try {
      const { stdout } = await git.run({ args, input, env: access.env, timeoutMs });
      return stdout.toString('utf8');
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      if (!error.interrupted && isOfOurs(error.stderr)) condition = 'broken';
      throw toSourceError(error, { url, timeoutMs, redact: secrets.redact });
    }
  }

  async function look({ remote, ref }: GitRequest): Promise<GitTarget> {
    const refs = ref.kind === 'commit' ? '' : await ask(toListing(ref), { remote });
    return findTarget(ref, { refs: parseRemoteRefs(refs), url: toShownUrl(url) });
  }

  async function fetch(request: GitRequest): Promise<FetchedTarget> {
    await prepare(request.remote.timeoutMs);
    const target = await look(request);
    const before = latest.get(toKey(request));
    const fetched =
      before?.oid === target.oid ? { ...before, ...target } : await fetchTarget(target, request);
    latest.set(toKey(request), fetched);
    return fetched;
  }

  async function fetchTarget(target: GitTarget, request: GitRequest): Promise<FetchedTarget> {
    const { remote } = request;
    const ref = toOwnRef(request.ref);
    // git asks nobody for what is there already.
    await fetchHistory(`+${target.oid}:${ref}`, remote);
    const read = await readCommit(git, { sha: target.sha, timeoutMs: remote.timeoutMs });
    try {
      await fetchObjects([read.tree], remote);
    } catch (error) {
      if (isWhole || !(error instanceof SourceError) || error.reason !== 'RefNotFound') throw error;
      isWhole = true;
      condition = 'broken';
      await prepare(remote.timeoutMs);
      return fetchTarget(target, request);
    }
    return { ...target, ...read, ref };
  }

  async function fetchHistory(refspec: string, remote: GitRemote): Promise<void> {
    try {
      await ask([...FETCH, ...ORIGIN], { remote, input: `${refspec}\n` });
      failedFetches = 0;
    } catch (error) {
      if (error instanceof SourceError && error.reason === 'FetchFailed') failedFetches += 1;
      if (failedFetches >= MAX_FAILED_FETCHES) condition = 'broken';
      throw error;
    }
    if ((await countPacks(dir)) > MAX_PACKS)
      await git.run({ args: ['repack', '-a', '-d', '--quiet'], timeoutMs: remote.timeoutMs });
  }

  async function fetchObjects(oids: readonly string[], remote: GitRemote): Promise<void> {
    if (oids.length === 0 || isWhole) return;
    await ask([...FETCH_OBJECTS, ...ORIGIN], { remote, input: `${oids.join('\n')}\n` });
  }

  function exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    return enqueue(async () => {
      // Whoever still waits would judge the mirror by what was ended.
      if (signal.aborted)
        throw new SourceError('Unreadable', `Cannot use the mirror of "${toShownUrl(url)}": it was closed`);
      try {
        return await task();
      } catch (error) {
        if (!isLocalFault(error)) throw error;
        if (isOfTheMirror(error)) condition = 'broken';
        const message = `Cannot use the mirror of "${toShownUrl(url)}": ${secrets.redact(error.message)}`;
        const isTimeout = error instanceof GitError && error.timedOut;
        throw new SourceError(isTimeout ? 'Timeout' : 'Unreadable', message, { cause: error });
      }
    });
  }

  /** git names the directory of the mirror where that is at fault, and of a remote's words it says that they are. */
  function isOfOurs(stderr: string): boolean {
    return (
      UNUSABLE.test(stderr) ||
      stderr.split('\n').some((line) => !line.startsWith('remote:') && line.includes(dir))
    );
  }

  return {
    fetch(request) {
      const key = toKey(request);
      const waiting = flights.get(key);
      if (waiting?.isWaiting === true) return waiting.target;
      const flight: Flight = {
        isWaiting: true,
        // Who asks in the same moment is let aboard before it leaves.
        target: setImmediate().then(() =>
          exclusively(() => {
            flight.isWaiting = false;
            return fetch(request);
          }),
        ),
      };
      flights.set(key, flight);
      const land = (): void => {
        if (flights.get(key) === flight) flights.delete(key);
      };
      flight.target.then(land, land);
      return flight.target;
    },
    underWay: (request) => flights.get(toKey(request))?.target ?? null,
    latest: (request) => latest.get(toKey(request)) ?? null,
    use: (remote, task) =>
      exclusively(async () => {
        await prepare(remote.timeoutMs);
        return task({ git, fetchObjects: (oids) => fetchObjects(oids, remote) });
      }),
    settled: () => enqueue(async () => undefined),
  };
}

/** What the remote has no part in: git failed here, or the disk did. */
function isLocalFault(error: unknown): error is Error {
  return error instanceof GitError || (error instanceof Error && 'syscall' in error);
}

/**
 * Whether an error says something of the mirror: of a git that was ended, or that is not there, it does not. One that went on
 * and on about what it cannot read until its time was over does.
 */
function isOfTheMirror(error: unknown): boolean {
  return !(error instanceof GitError) || !error.interrupted || UNUSABLE.test(error.stderr);
}

interface Question {
  readonly remote: GitRemote;
  readonly input?: string;
}

/** A fetch that was asked for. One that has begun may have asked already, so that who comes later takes the next. */
interface Flight {
  isWaiting: boolean;
  readonly target: Promise<FetchedTarget>;
}

/** Where it is, no file says: every command that reaches the remote is told. */
function toConfig(filter: string): string {
  const origin = `[remote "origin"]\n\tpromisor = true\n\tpartialclonefilter = ${filter}\n`;
  return `[core]\n\trepositoryformatversion = 1\n\tbare = true\n${origin}`;
}

/** Whoever asks as somebody else has to be told by the remote. */
function toKey({ remote: { auth, proxy }, ref }: GitRequest): string {
  return JSON.stringify([ref, auth, proxy]);
}

/** Flat and of our own making, so that no name of the remote's can stand in the way of another. */
function toOwnRef(ref: GitRef): string {
  return `refs/hookline/${hash('sha256', JSON.stringify(ref), 'hex').slice(0, 32)}`;
}

async function countPacks(dir: string): Promise<number> {
  const names = await readdir(join(dir, 'objects', 'pack'));
  return names.filter((name) => name.endsWith('.pack')).length;
}
