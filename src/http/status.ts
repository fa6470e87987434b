import { Router } from 'express';
import { type Clock, toTime } from '../clock.ts';
import type { PostingState } from '../commit-status/outbox.ts';
import type { SourceState } from '../definitions/reader.ts';
import { HooklineError } from '../errors.ts';
import type { JsonObject } from '../event.ts';
import type { FeedState } from '../feeds/feed.ts';
import type { Journal } from '../journal/journal.ts';
import { toCommitView } from '../reconcile/reconcile-data.ts';
import type { Condition, ReconcileStatus } from '../reconcile/status.ts';
import type { Counters } from '../record/counters.ts';
import type { Registry } from '../registry/registry.ts';
import { isReader } from './access.ts';
import type { Identify } from './tokens.ts';

/** What the routes of status work with. */
export interface StatusParts {
  readonly registry: Registry;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly reconcileStatus: () => ReconcileStatus;
  /** How posting the states of commits stands, for each source that has it done. */
  readonly postings: () => readonly PostingState[];
  /** Feeds of the sources that are live. */
  readonly feeds: () => readonly FeedState[];
  /** Lanes that are out of the ordinary. */
  readonly lanes: () => readonly JsonObject[];
  /** Null: nobody is asked. */
  readonly identify: Identify | null;
  readonly version: string;
  readonly clock: Clock;
}

/** GET /status, /healthz and /readyz. */
export function createStatusRouter({
  registry,
  journal,
  counters,
  reconcileStatus,
  postings,
  feeds,
  lanes,
  identify,
  version,
  clock,
}: StatusParts): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.json({ message: 'ok' });
  });
  router.get('/readyz', (req, res) => {
    const status = reconcileStatus();
    const reason = findUnready(status, { maxAgeMs: toMaxAgeMs(req.query.max_age), at: clock.now() });
    if (reason === null) return res.json({ message: 'ready' });
    // A probe is asked for no token, and reasons name files and hosts.
    if (!isReader(identify, req)) return res.status(503).json({ message: 'Not ready' });
    return res.status(503).json({ message: `Not ready: ${reason}`, problems: status.problems });
  });
  router.get('/status', async (_req, res) => {
    const snapshot = registry.current();
    const { conditions, lastAttempted, lastApplied, serving, problems, sources } = reconcileStatus();
    const posted = postings();
    const now = clock.now();
    res.json({
      version,
      revision: snapshot?.revision ?? null,
      serving,
      hooks: snapshot?.hooks.length ?? 0,
      sources: snapshot?.catalogue.sources.size ?? 0,
      conditions: toConditionViews(conditions),
      lastAttempted: lastAttempted && { ...lastAttempted, at: toTime(lastAttempted.at) },
      lastApplied: lastApplied && { ...lastApplied, at: toTime(lastApplied.at) },
      definition_sources: sources.map((source) => ({
        ...toSourceView(source, now),
        commit_status: toPostingView(posted.find((posting) => posting.source === source.name)),
      })),
      problems,
      feeds: feeds().map(toFeedView),
      deliveries: await journal.counts(),
      lanes: lanes(),
      counters: counters.read(),
    });
  });
  return router;
}

/** Conditions as the API shows them. */
export function toConditionViews(conditions: readonly Condition[]): JsonObject[] {
  return conditions.map((condition) => ({ ...condition, since: toTime(condition.since) }));
}

/** Why it is not ready: no good snapshot serves, or a source was not read for longer than asked; null when it is. */
function findUnready(
  { serving, conditions, sources }: ReconcileStatus,
  { maxAgeMs, at }: { readonly maxAgeMs: number | null; readonly at: number },
): string | null {
  if (serving === 'none') return conditions.find(({ type }) => type === 'Ready')?.message ?? 'starting';
  if (maxAgeMs === null) return null;
  const stale = sources.find(({ readAt }) => readAt === null || at - readAt > maxAgeMs);
  if (stale === undefined) return null;
  const since = stale.readAt === null ? 'in this run' : `since ${toTime(stale.readAt)}`;
  return `source "${stale.name}" was not read ${since}`;
}

/** Seconds of `?max_age=`, as ms; null when nobody asked. Throws `bad_request` for anything else. */
function toMaxAgeMs(value: unknown): number | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value))
    throw new HooklineError('bad_request', 'max_age must be a number of seconds');
  return Number(value) * 1000;
}

function toSourceView(
  { name, revision, commit, readAt, readingSince, failure, notices }: SourceState,
  at: number,
): JsonObject {
  return {
    name,
    revision,
    commit: toCommitView(commit),
    read_at: toTime(readAt),
    age_s: readAt === null ? null : Math.max(0, Math.round((at - readAt) / 1000)),
    reading_since: toTime(readingSince),
    failure: failure === null ? null : { ...failure },
    notices: notices.map((notice) => ({ ...notice })),
  };
}

function toFeedView({ source, kind, problem, lastEventAt }: FeedState): JsonObject {
  return { source, kind, problem, last_event_at: toTime(lastEventAt) };
}

/** Null: the states of its commits are not posted. */
function toPostingView(posting: PostingState | undefined): JsonObject | null {
  if (posting === undefined) return null;
  const { waiting, problem } = posting;
  return { waiting, problem: problem?.message ?? null, retry_at: toTime(problem?.retryAt ?? null) };
}
