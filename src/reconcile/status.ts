import type { Problem } from '../definitions/problem.ts';

/**
 * What can be said of reconciling, in the words Flux uses.
 * - Ready: a good snapshot serves and it is what was last attempted.
 * - Reconciling: a set of definitions is being read or prepared.
 * - Stalled: the last set was refused; only a change of the definitions helps.
 * - FetchFailed: the definitions could not be read; it is tried again.
 */
export type ConditionType = 'Ready' | 'Reconciling' | 'Stalled' | 'FetchFailed';

/** One statement about reconciling. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  /** One word in CamelCase from a closed list, for scripts. */
  readonly reason: 'Applied' | 'Refused' | 'Unreadable' | 'ApplyFailed' | 'Progressing' | 'Idle' | 'NotYet';
  readonly message: string;
  /** When it last changed between True and False, ms since the epoch. */
  readonly since: number;
}

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
  /** `live`: a snapshot made in this run serves; `none`: no good one was found yet. */
  readonly serving: 'live' | 'none';
  /** Of the last attempt. */
  readonly problems: readonly Problem[];
}

/** How the last attempt ended. */
export type Ending =
  | { readonly kind: 'none' }
  | { readonly kind: 'applied'; readonly mark: Mark }
  | {
      readonly kind: 'refused';
      readonly mark: Mark;
      readonly errors: number;
      /** Whether a good snapshot from before serves. */
      readonly serves: boolean;
    }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'apply_failed'; readonly mark: Mark; readonly message: string };

type Statement = Omit<Condition, 'since'>;

/** Says what an ending means, keeping the times of what did not change. */
export function toConditions(
  ending: Ending,
  before: readonly Condition[],
  { running, at }: { running: boolean; at: number },
): readonly Condition[] {
  return [toReady(ending), toReconciling(running), toStalled(ending), toFetchFailed(ending)].map(
    (statement) => {
      const known = before.find(({ type }) => type === statement.type);
      return { ...statement, since: known?.status === statement.status ? known.since : at };
    },
  );
}

function toReady(ending: Ending): Statement {
  const type = 'Ready';
  switch (ending.kind) {
    case 'none':
      return { type, status: 'False', reason: 'NotYet', message: 'No set of definitions was read yet' };
    case 'applied':
      return { type, status: 'True', reason: 'Applied', message: `Applied ${ending.mark.revision}` };
    case 'refused':
      return { type, status: 'False', reason: 'Refused', message: describeRefusal(ending) };
    case 'unreadable':
      return { type, status: 'False', reason: 'Unreadable', message: ending.message };
    case 'apply_failed':
      return { type, status: 'False', reason: 'ApplyFailed', message: ending.message };
  }
}

function toReconciling(running: boolean): Statement {
  return running
    ? {
        type: 'Reconciling',
        status: 'True',
        reason: 'Progressing',
        message: 'A set of definitions is being prepared',
      }
    : { type: 'Reconciling', status: 'False', reason: 'Idle', message: 'Waiting for a change' };
}

function toStalled(ending: Ending): Statement {
  return ending.kind === 'refused'
    ? { type: 'Stalled', status: 'True', reason: 'Refused', message: describeRefusal(ending) }
    : {
        type: 'Stalled',
        status: 'False',
        reason: 'Idle',
        message: 'Nothing waits for a change of the definitions',
      };
}

function toFetchFailed(ending: Ending): Statement {
  return ending.kind === 'unreadable'
    ? { type: 'FetchFailed', status: 'True', reason: 'Unreadable', message: ending.message }
    : { type: 'FetchFailed', status: 'False', reason: 'Idle', message: 'The definitions could be read' };
}

function describeRefusal({ mark, errors, serves }: Ending & { readonly kind: 'refused' }): string {
  const what = `Refused ${mark.revision}: ${errors} ${errors === 1 ? 'error' : 'errors'}`;
  return `${what}; ${serves ? 'the last good snapshot keeps serving' : 'no hooks are served until this is mended'}`;
}
