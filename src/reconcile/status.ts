import type { Problem } from '../definitions/problem.ts';
import type { SourceState } from '../definitions/reader.ts';
import type { Notice } from '../definitions/source.ts';
import { describeHeld, type HeldFile } from './held.ts';
import { describePrune, type Prune } from './prune.ts';
import { toSourceConditions } from './source-conditions.ts';

/**
 * What can be said of reconciling, in the words Flux uses; further ones are what sources notice (definitions/source.ts).
 * - Ready: a good snapshot serves and it is what every source holds now, as far as it was read.
 * - Reconciling: a set of definitions is being read or prepared, or a source is being read that takes longer than others.
 * - Stalled: the last set was refused, or a part of it; only a change of the definitions helps.
 * - FetchFailed: a source could not be read; it is tried again.
 * - PruneBlocked: the last set removes so many hooks that someone has to confirm it.
 */
export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'FetchFailed'
  | 'PruneBlocked'
  | Notice['type'];

/** One statement about reconciling. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  /** One word in CamelCase, for scripts. */
  readonly reason: string;
  readonly message: string;
  /** When it last changed between True and False, ms since the epoch. */
  readonly since: number;
}

/** A condition that has not been held against the one before. */
export type Statement = Omit<Condition, 'since'>;

/** A set of definitions and when something was done with it. */
export interface Mark {
  readonly revision: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** Where reconciling stands. */
export interface ReconcileStatus {
  readonly conditions: readonly Condition[];
  readonly lastAttempted: Mark | null;
  readonly lastApplied: Mark | null;
  /** `live`: a snapshot made of what sources held in this run; `persisted`: the last good one of a run before; `none`: no good one yet. */
  readonly serving: 'live' | 'persisted' | 'none';
  /** Of the last attempt. */
  readonly problems: readonly Problem[];
  readonly sources: readonly SourceState[];
}

/** How the last attempt at a set ended; one that could not be read leaves what was. */
export type Ending =
  | { readonly kind: 'none' }
  /** With these files held back. */
  | { readonly kind: 'applied'; readonly mark: Mark; readonly held: readonly HeldFile[] }
  | {
      readonly kind: 'refused';
      readonly mark: Mark;
      readonly errors: number;
      /** Whether a good snapshot from before serves. */
      readonly serves: boolean;
    }
  | { readonly kind: 'blocked'; readonly mark: Mark; readonly prune: Prune }
  | { readonly kind: 'apply_failed'; readonly mark: Mark; readonly message: string };

/** What conditions are made of. */
export interface Standing {
  readonly ending: Ending;
  /** Why sources could not be read; null when all could. */
  readonly unreadable: string | null;
  readonly sources: readonly SourceState[];
}

/** Says what an ending and the sources mean, keeping the times of what did not change. */
export function toConditions(
  standing: Standing,
  before: readonly Condition[],
  { running, at }: { readonly running: boolean; readonly at: number },
): readonly Condition[] {
  const statements = [
    toReady(standing),
    toReconciling(running, standing.sources),
    toStalled(standing.ending),
    toFetchFailed(standing),
    toPruneBlocked(standing.ending),
    ...toSourceConditions(standing.sources),
  ];
  return statements.map((statement) => {
    const known = before.find(({ type }) => type === statement.type);
    return { ...statement, since: known?.status === statement.status ? known.since : at };
  });
}

/** Why sources could not be read, in one line; null when all could. */
export function describeFailures(sources: readonly SourceState[]): string | null {
  const failures = sources.flatMap(({ name, failure }) =>
    failure === null ? [] : sources.length === 1 ? failure.message : `${name}: ${failure.message}`,
  );
  return failures.length === 0 ? null : failures.join('; ');
}

function toReady({ ending, unreadable, sources }: Standing): Statement {
  const type = 'Ready';
  if (unreadable !== null && (ending.kind === 'none' || ending.kind === 'applied'))
    return { type, status: 'False', reason: reasonOf(sources), message: unreadable };
  const unread = sources.find(({ readAt, readingSince }) => readAt === null && readingSince !== null);
  if (unread !== undefined && ending.kind === 'applied')
    return { type, status: 'False', reason: 'Reading', message: describeUnread(unread) };
  switch (ending.kind) {
    case 'none':
      return { type, status: 'False', reason: 'NotYet', message: 'No set of definitions was read yet' };
    case 'applied':
      return ending.held.length === 0
        ? { type, status: 'True', reason: 'Applied', message: `Applied ${ending.mark.revision}` }
        : { type, status: 'False', reason: 'Isolated', message: describeHeld(ending.held) };
    case 'refused':
      return { type, status: 'False', reason: 'Refused', message: describeRefusal(ending) };
    case 'blocked':
      return { type, status: 'False', reason: 'PruneBlocked', message: describeBlock(ending) };
    case 'apply_failed':
      return { type, status: 'False', reason: 'ApplyFailed', message: ending.message };
  }
}

function reasonOf(sources: readonly SourceState[]): string {
  return sources.find(({ failure }) => failure !== null)?.failure?.reason ?? 'Unreadable';
}

function describeUnread({ name }: SourceState): string {
  return `Source "${name}" was not read in this run, and is being read still`;
}

function toReconciling(running: boolean, sources: readonly SourceState[]): Statement {
  const type = 'Reconciling';
  if (running)
    return { type, status: 'True', reason: 'Progressing', message: 'A set of definitions is being prepared' };
  const slow = sources.filter(({ readingSince }) => readingSince !== null).map(({ name }) => name);
  return slow.length > 0
    ? { type, status: 'True', reason: 'Reading', message: `Still being read: ${slow.join(', ')}` }
    : { type, status: 'False', reason: 'Idle', message: 'Waiting for a change' };
}

function toStalled(ending: Ending): Statement {
  const type = 'Stalled';
  if (ending.kind === 'refused')
    return { type, status: 'True', reason: 'Refused', message: describeRefusal(ending) };
  if (ending.kind === 'applied' && ending.held.length > 0)
    return { type, status: 'True', reason: 'Isolated', message: describeHeld(ending.held) };
  return { type, status: 'False', reason: 'Idle', message: 'Nothing waits for a change of the definitions' };
}

function toFetchFailed({ unreadable, sources }: Standing): Statement {
  const type = 'FetchFailed';
  return unreadable === null
    ? { type, status: 'False', reason: 'Idle', message: 'The definitions could be read' }
    : { type, status: 'True', reason: reasonOf(sources), message: unreadable };
}

function toPruneBlocked(ending: Ending): Statement {
  const type = 'PruneBlocked';
  return ending.kind === 'blocked'
    ? { type, status: 'True', reason: 'PruneBlocked', message: describeBlock(ending) }
    : { type, status: 'False', reason: 'Idle', message: 'No change waits to be confirmed' };
}

function describeRefusal({ mark, errors, serves }: Ending & { readonly kind: 'refused' }): string {
  const what = `Refused ${mark.revision}: ${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return `${what}; ${serves ? 'the last good snapshot keeps serving' : 'no hooks are served until this is mended'}`;
}

function describeBlock({ mark, prune }: Ending & { readonly kind: 'blocked' }): string {
  return `Held ${mark.revision}: it ${describePrune(prune)}; "hookline confirm ${mark.revision}" lets it go live`;
}
