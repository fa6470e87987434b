import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { toShownUrl } from '../shown-url.ts';
import type { GitSettings } from '../source-settings.ts';
import { createFileLoader } from './file-loader.ts';
import { readBlobs, toBlobOid } from './git-blobs.ts';
import { type CheckCandidate, toNotices } from './git-check.ts';
import type { FetchedTarget, GitRequest, MirrorSession } from './git-mirror.ts';
import type { GitMirrors } from './git-mirrors.ts';
import { createGitSchedule } from './git-schedule.ts';
import { listTree, type TreeFile } from './git-tree.ts';
import type { SourcePlace } from './load-file.ts';
import type { DefinitionSource, Notice, ReadOptions, SourceFiles, SourceRead } from './source.ts';
import { createTaskQueue } from './task-queue.ts';

/** What a git source is made with. */
export interface GitSourceOptions {
  readonly settings: GitSettings;
  /** Whether paths are shown behind the name. */
  readonly labelled: boolean;
  readonly mirrors: GitMirrors;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly check: CheckCandidate;
}

/** What was agreed to last, held against the commit that was live, and answered, with what there was to say of it. */
interface Answer {
  readonly target: FetchedTarget;
  readonly live: string | null;
  readonly files: SourceFiles;
  readonly notices: readonly Notice[];
}

/** Where the remote said the ref is, and when. */
interface Asked {
  readonly target: FetchedTarget;
  readonly readAt: number;
}

/** How the last attempt ended. */
type Outcome =
  | { readonly kind: 'read'; readonly read: SourceRead; readonly asked: Asked; readonly live: string | null }
  | { readonly kind: 'failed'; readonly error: unknown };

const REVISION = /@sha1:([0-9a-f]{40})$/;
const NOTHING = Buffer.alloc(0);

/** Creates a source that follows a ref of a repository and reads its files out of a mirror, without a checkout. */
export function createGitSource(options: GitSourceOptions): DefinitionSource {
  const { settings, labelled, mirrors, check, clock, random } = options;
  const { name, url, ref, path, timeoutMs, intervalMs, jitter } = settings;
  const place: SourcePlace = { source: `git:${toShownUrl(url)}`, owner: name, labelled };
  const loader = createFileLoader(place);
  const mirror = mirrors.of(url);
  const request: GitRequest = { remote: settings, ref };
  const enqueue = createTaskQueue();
  let onHint: () => void = () => undefined;
  const schedule = createGitSchedule({ clock, random, intervalMs, jitter, onDue: () => onHint() });
  let answer: Answer | null = null;
  let last: Outcome | null = null;
  let followed: Asked | null = null;
  let notices: readonly Notice[] = [];

  async function attempt(asking: Promise<Asked>, { live }: ReadOptions): Promise<SourceRead> {
    schedule.begin();
    try {
      followed = await asking;
      const { target, readAt } = followed;
      const read = { ...(await follow(target, toSha(live))), readAt };
      last = { kind: 'read', read, asked: followed, live: toSha(live) };
      schedule.end('read');
      return read;
    } catch (error) {
      last = { kind: 'failed', error };
      schedule.end('failed');
      throw error;
    }
  }

  /** What another source of the same has fetched since; null when nothing. */
  function latest(): Promise<FetchedTarget> | null {
    const target = mirror.latest(request);
    return target === null || target === followed?.target ? null : Promise.resolve(target);
  }

  async function ask(target: Promise<FetchedTarget>): Promise<Asked> {
    return { target: await target, readAt: clock.now() };
  }

  async function follow(target: FetchedTarget, live: string | null): Promise<SourceFiles> {
    const revision = `${target.label}@sha1:${target.sha}`;
    if (answer !== null && isSame(answer.target, target) && isAgreed(answer, live)) {
      notices = answer.notices;
      answer = { target, live, files: { ...answer.files, revision }, notices };
    } else {
      const files = await mirror.use(settings, (session) => readTarget(session, { target, live, revision }));
      answer = { target, live, files, notices };
    }
    return answer.files;
  }

  async function readTarget(
    session: MirrorSession,
    {
      target,
      live,
      revision,
    }: { readonly target: FetchedTarget; readonly live: string | null; readonly revision: string },
  ): Promise<SourceFiles> {
    const { git } = session;
    const { sha, oid, ref: ownRef, tagName, commit, tree } = target;
    const checked = await check({ sha, oid, ref: ownRef, tagName, live, git, timeoutMs });
    notices = toNotices(notices, checked);
    if (checked.refusal !== null) throw checked.refusal;
    const listed = await listTree(git, { tree, path, timeoutMs });
    const files = await load(session, listed);
    return { revision, files, commit };
  }

  /** What the loader knows it has the bytes of. */
  async function load(session: MirrorSession, listed: readonly TreeFile[]): Promise<SourceFiles['files']> {
    const fresh = listed.filter((file) => loader.isNew({ path: file.path, digest: file.oid }));
    const oids = [...new Set(fresh.map(({ oid }) => oid))];
    await session.fetchObjects(oids);
    const blobs = await readBlobs(session.git, { oids, timeoutMs });
    return loader.load(
      listed.map((file) => ({ path: file.path, digest: file.oid, bytes: blobs.get(file.oid) ?? NOTHING })),
    );
  }

  async function read(readOptions: ReadOptions): Promise<SourceRead> {
    // A source of the same that is due asks in this moment, and both are to show the same commit.
    if (!schedule.isDue && last !== null) await setImmediate();
    if (schedule.isDue || last === null) return attempt(ask(mirror.fetch(request)), readOptions);
    const shared = mirror.underWay(request) ?? latest();
    if (shared !== null) return attempt(ask(shared), readOptions);
    if (last.kind === 'failed') throw last.error;
    const { read: known, asked, live } = last;
    const isStill = isAgreed({ target: asked.target, live }, toSha(readOptions.live));
    return isStill ? known : attempt(Promise.resolve(asked), readOptions);
  }

  return {
    name,
    remote: url,
    read: (readOptions) => enqueue(() => read(readOptions)),
    refresh: schedule.hasten,
    watch(onHintGiven) {
      onHint = onHintGiven;
      // What fell due while nobody watched was told to nobody, and no other timer is set before the next read.
      if (schedule.isDue) onHint();
    },
    notices: () => notices,
    async restore({ revision, commit, files }) {
      const digested = files.map((file) => ({ ...file, digest: toBlobOid(file.bytes) }));
      return { revision, commit, files: await loader.load(digested) };
    },
    async close() {
      schedule.close();
    },
  };
}

function toSha(revision: string | null): string | null {
  return revision === null ? null : (REVISION.exec(revision)?.[1] ?? null);
}

/** Whether it may be answered while this commit is live: itself may, and what was held against another has to be agreed to anew. */
function isAgreed({ target, live }: Pick<Answer, 'target' | 'live'>, liveNow: string | null): boolean {
  return live === liveNow || target.sha === liveNow;
}

/** What was agreed to: another tag of the same commit, or the same made anew, is not. */
function isSame(one: FetchedTarget, other: FetchedTarget): boolean {
  return one.sha === other.sha && one.oid === other.oid && one.tagName === other.tagName;
}
