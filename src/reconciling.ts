import { join } from 'node:path';
import type { Clock } from './clock.ts';
import {
  createCommitStatusOutbox,
  type PostingState,
  type StatusPost,
  type StatusSource,
} from './commit-status/outbox.ts';
import { toPendingPosts, toReportPosts } from './commit-status/report-posts.ts';
import { createSources } from './definitions/create-sources.ts';
import { createLastGood } from './definitions/last-good.ts';
import { type TextOf, toTextOf } from './definitions/load-file.ts';
import { createDefinitionsReader } from './definitions/reader.ts';
import { createChangePings } from './deliver/change-pings.ts';
import type { HttpClient } from './deliver/http-client.ts';
import type { Ping } from './deliver/ping.ts';
import { toEntity } from './http/entity.ts';
import type { Logger } from './logger.ts';
import type { OwnEvents } from './own-events.ts';
import type { NoteHooks } from './reconcile/apply.ts';
import { toChangedHooks } from './reconcile/changed-hooks.ts';
import { toPrefixes } from './reconcile/prefixes.ts';
import { createPrepare } from './reconcile/prepare.ts';
import { createReconciler, type Reconciler } from './reconcile/reconciler.ts';
import type { Report } from './reconcile/report.ts';
import type { Snapshot } from './reconcile/snapshot.ts';
import type { ReconcileStatus } from './reconcile/status.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { Reserved } from './secrets/reserved.ts';
import type { Secrets } from './secrets/secrets.ts';
import type { Settings } from './settings.ts';
import type { SourceSettings } from './source-settings.ts';
import { createTrigger } from './trigger.ts';

/** What reconciling works with. */
export interface ReconcilingParts {
  readonly settings: Pick<Settings, 'sources' | 'reconcile' | 'stateDir'>;
  readonly sandbox: Sandbox;
  readonly noteHooks: NoteHooks;
  /** Makes a snapshot live. */
  readonly swap: (snapshot: Snapshot) => void;
  readonly ping: Ping;
  /** Sends requests to git hosts. */
  readonly send: HttpClient['send'];
  readonly ownEvents: OwnEvents;
  /** Told of what each attempt led to, with the texts of the files it is about. */
  readonly onReport: (report: Report, textOf: TextOf) => void;
  /** What git is found by, and its proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of settings. */
  readonly secrets: Secrets;
  /** What hooks may not refer to. */
  readonly reserved: Reserved;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Definitions that are kept live. */
export interface Reconciling extends Reconciler {
  /** How posting the states of commits stands, for each source that has it done. */
  postings(): readonly PostingState[];
  /**
   * Has these sources looked at now, or all, remotes too. Resolves once each was read that much later and what it held has
   * been attempted; one that takes long holds up no attempt at what others hold.
   */
  look(names: readonly string[] | null): Promise<ReconcileStatus>;
  /** Names of the sources. */
  readonly sources: readonly string[];
  /** Has sources looked at soon, or all: at once, and not more often than a remote can bear. */
  trigger(names: readonly string[] | null): void;
  /** Attempts again whenever something may have changed. */
  watch(): void;
  stop(): Promise<void>;
}

/** From one look at remotes because of a push to the next, however many pushes come. */
const TRIGGER_GAP_MS = 1_000;
const LAST_GOOD_DIR = 'last-good';
const STATUS_FILE = 'commit-status.json';

/** Builds all that brings definitions live and tells of it; `start` makes the first attempt. */
export function createReconciling(parts: ReconcilingParts): Reconciling {
  const { settings, sandbox, ping, ownEvents, clock, logger } = parts;
  const { pollMs, policy, prune, pingOnChange } = settings.reconcile;
  const sources = createSources(settings.sources, {
    stateDir: settings.stateDir,
    env: parts.env,
    secrets: parts.secrets,
    clock,
    logger,
    pollMs,
    random: Math.random,
  });
  const reader = createDefinitionsReader(sources.all, clock);
  const lastGood = createLastGood({ dir: join(settings.stateDir, LAST_GOOD_DIR), logger });
  const changePings = createChangePings({ ping, toEntity, clock, logger });
  const statuses = createCommitStatusOutbox({
    file: join(settings.stateDir, STATUS_FILE),
    sources: settings.sources.flatMap(toStatusSource),
    send: parts.send,
    resolve: parts.secrets.resolve,
    redact: parts.secrets.redact,
    clock,
    logger,
    random: Math.random,
  });
  const postAll = (posts: readonly StatusPost[]): void => {
    for (const post of posts) statuses.post(post);
  };
  let keeping = Promise.resolve();
  let stopped = false;
  const reconciler = createReconciler({
    read: reader.read,
    async restore() {
      const kept = await lastGood.load();
      return kept === null ? null : await reader.restore(kept);
    },
    keep(set) {
      keeping = lastGood.save(set);
    },
    prepare: createPrepare(sandbox, { prefixes: toPrefixes(settings.sources), reserved: parts.reserved }),
    noteHooks: parts.noteHooks,
    swap: parts.swap,
    onStart: (states) => postAll(toPendingPosts(states)),
    report(report, files) {
      // What was cut off by the stop says nothing.
      if (stopped) return;
      parts.onReport(report, toTextOf(files));
      postAll(toReportPosts(report));
      ownEvents.reconciled(report);
      if (!pingOnChange || report.kind !== 'applied') return;
      const { snapshot, sources: states } = report;
      changePings.send(toChangedHooks(report), { revision: snapshot.revision, sources: states });
    },
    clock,
    policy,
    prune,
  });
  const trigger = createTrigger({ run: () => void reconciler.reconcile(), clock, gapMs: TRIGGER_GAP_MS });
  return {
    ...reconciler,
    async start() {
      statuses.resume();
      return reconciler.start();
    },
    sources: settings.sources.map(({ name }) => name),
    postings: statuses.state,
    trigger(names) {
      void reader.refresh(names);
      trigger.fire();
    },
    async look(names) {
      const looked = reader.refresh(names);
      const status = await reconciler.reconcile();
      if (!isReading(status, names)) return status;
      await looked;
      return reconciler.reconcile();
    },
    watch: () => reader.watch(() => void reconciler.reconcile()),
    async stop() {
      stopped = true;
      changePings.stop();
      trigger.stop();
      reader.close();
      await sources.close();
      await statuses.stop();
      await keeping;
    },
  };
}

/** Whether one of these sources, or of all, is being read still. */
function isReading({ sources }: ReconcileStatus, names: readonly string[] | null): boolean {
  return sources.some(({ name, readingSince }) => readingSince !== null && (names?.includes(name) ?? true));
}

function toStatusSource(source: SourceSettings): readonly StatusSource[] {
  return source.kind === 'git' && source.commitStatus !== null
    ? [{ name: source.name, settings: source.commitStatus }]
    : [];
}
