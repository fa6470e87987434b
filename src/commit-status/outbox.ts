import { createHash } from 'node:crypto';
import type { CommitStatusSettings } from '../source-settings.ts';
import type { CommitStatus } from './commit-status.ts';
import { toFitting } from './description.ts';
import { MAX_DESCRIPTION } from './hosts.ts';
import type { StatusEntry } from './status-entry.ts';
import { type KeptSource, openStatusFile } from './status-file.ts';
import { type PostParts, StatusQueue } from './status-queue.ts';
import type { PostProblem } from './status-waits.ts';

/** What is to be said of a commit of a source. */
export interface StatusPost extends CommitStatus {
  readonly source: string;
}

/** How posting stands with one source. */
export interface PostingState {
  readonly source: string;
  /** Commits whose status is not posted yet. */
  readonly waiting: number;
  /** Why they wait; null while nothing is wrong. */
  readonly problem: PostProblem | null;
}

/** Says at git hosts what became of commits, however long a host is down, over restarts too. */
export interface CommitStatusOutbox {
  /**
   * Has a status posted. For each commit only the newest counts: it takes the place of one that waits. What was posted
   * last is not posted again, nor pending of a commit that is known, nor a success in other words. A source without
   * settings has nothing posted. The description is redacted and cut here.
   */
  post(status: StatusPost): void;
  /** Tries what waited when the process ended. */
  resume(): void;
  /** Resolves once no request and no write is under way. What waits for its time still does. */
  idle(): Promise<void>;
  /** Ends it: no more requests, and resolves once what waits is on disk. */
  stop(): Promise<void>;
  /** Of each source with settings, in their order. */
  state(): readonly PostingState[];
}

/** A source whose commits are spoken of. */
export interface StatusSource {
  readonly name: string;
  readonly settings: CommitStatusSettings;
}

/** What an outbox is made of. */
export interface OutboxOptions extends PostParts {
  /** In the state directory. Holds no token. */
  readonly file: string;
  readonly sources: readonly StatusSource[];
}

/** Opens an outbox. Reads its file at once; nothing is sent before `resume` or `post`. */
export function createCommitStatusOutbox({ file, sources, ...parts }: OutboxOptions): CommitStatusOutbox {
  const { redact, logger } = parts;
  const kept = openStatusFile({ file, read: readAll, logger });
  const queues = sources.map(({ name, settings }) => {
    const target = toTarget(settings);
    const known = kept.kept.find(({ source }) => source === name);
    const entries = known?.target === target ? known.entries : forgetPosted(known?.entries ?? []);
    const queue = new StatusQueue({ ...parts, source: name, settings, entries, onChange: kept.save });
    return { source: name, target, settings, queue };
  });
  function readAll(): readonly KeptSource[] {
    return queues.map(({ source, target, queue }) => ({ source, target, entries: queue.entries }));
  }
  return {
    post({ source, sha, state, description }) {
      const known = queues.find((one) => one.source === source);
      if (known === undefined) return;
      const maxLength = MAX_DESCRIPTION[known.settings.host];
      known.queue.post({ sha, state, description: toFitting(description, { maxLength, redact }) });
    },
    resume() {
      for (const { queue } of queues) queue.wake();
    },
    async idle() {
      await Promise.all(queues.map(({ queue }) => queue.idle()));
      await kept.idle();
    },
    async stop() {
      for (const { queue } of queues) queue.stop();
      await kept.idle();
    },
    state: () =>
      queues.map(({ source, queue }) => ({ source, waiting: queue.waiting, problem: queue.problem })),
  };
}

/** What was posted to another place is unknown here; what waits is posted here. */
function forgetPosted(entries: readonly StatusEntry[]): readonly StatusEntry[] {
  return entries.filter(({ waiting }) => waiting !== null).map((entry) => ({ ...entry, posted: null }));
}

/** A digest, since a URL may hold a password. */
function toTarget({ host, api, repository, context }: CommitStatusSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([host, api, repository, context]))
    .digest('hex');
}
