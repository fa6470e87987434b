import { count } from '../count.ts';
import { toPrintable } from '../definitions/printable.ts';
import type { Problem } from '../definitions/problem.ts';
import { countHeld, type HeldFile } from '../reconcile/held.ts';
import type { CommitState } from './commit-status.ts';

/** What became of a commit. */
export type CommitOutcome =
  /** It was seen and is being prepared. */
  | { readonly kind: 'pending' }
  /** It is live. `hooks` is how many there are now, the others what that changed. */
  | {
      readonly kind: 'applied';
      readonly hooks: number;
      readonly created: number;
      readonly updated: number;
      readonly deleted: number;
    }
  /** It was live before, and stays so while another source has something that does not go live. */
  | { readonly kind: 'live' }
  /** Something in it is wrong: nothing of it is live, or (`partly`) it is live as before, all but the files that are wrong. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[]; readonly partly: boolean }
  /** It is live, all but these files, because of these problems. */
  | { readonly kind: 'isolated'; readonly problems: readonly Problem[]; readonly held: readonly HeldFile[] }
  /** It removes too much to go live unasked. `command` is what confirms it. */
  | ({ readonly kind: 'held'; readonly command: string } & Blame)
  /** It could not go live, and no commit helps. */
  | { readonly kind: 'failed'; readonly message: string };

/** What removes too many hooks. */
export interface Blame {
  /** Name of another source; null: the commit does, or all together. */
  readonly by: string | null;
  readonly removed: number;
  /** Of so many that were live. */
  readonly of: number;
}

/** More find no place with any host. */
const MAX_LISTED = 5;
const ELLIPSIS = '…';

/**
 * Says in one line what became of a commit. Held is a failure and not pending: GitLab refuses a second pending with
 * another text, and a branch must not look as if all were well.
 */
export function describeOutcome(outcome: CommitOutcome): {
  readonly state: CommitState;
  readonly description: string;
} {
  switch (outcome.kind) {
    case 'pending':
      return { state: 'pending', description: 'Preparing the definitions' };
    case 'applied':
      return { state: 'success', description: describeApplied(outcome) };
    case 'live':
      return { state: 'success', description: 'Live as before' };
    case 'refused':
      return {
        state: 'failure',
        description: describeProblems(outcome.problems, outcome.partly ? ', the other files are live' : ''),
      };
    case 'isolated':
      return {
        state: 'failure',
        description: describeProblems(outcome.problems, ` (${countHeld(outcome.held)})`),
      };
    case 'held': {
      const { by, removed, of, command } = outcome;
      const who = by === null ? '' : `${by} `;
      return {
        state: 'failure',
        description: `Held: ${who}removes ${removed} of ${count(of, 'hook')}; ${command}`,
      };
    }
    case 'failed':
      return { state: 'error', description: `Not applied: ${outcome.message}` };
  }
}

/**
 * A text as a host takes it: without secrets and control characters, and no longer than `maxLength`, cut after a whole
 * character. Secrets are taken out before it is cut: a part of one would be found no more.
 */
export function toFitting(
  text: string,
  { maxLength, redact }: { readonly maxLength: number; readonly redact: (text: string) => string },
): string {
  const line = toPrintable(redact(text));
  if (line.length <= maxLength) return line;
  let end = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(line)) {
    if (index + segment.length > maxLength - ELLIPSIS.length) break;
    end = index + segment.length;
  }
  return `${line.slice(0, end).trimEnd()}${ELLIPSIS}`;
}

function describeApplied(outcome: CommitOutcome & { readonly kind: 'applied' }): string {
  const changes = (['created', 'updated', 'deleted'] as const)
    .filter((change) => outcome[change] > 0)
    .map((change) => `${outcome[change]} ${change}`);
  return `Applied: ${count(outcome.hooks, 'hook')} (${changes.join(', ') || 'none changed'})`;
}

/** Errors only: a warning refuses nothing. */
function describeProblems(problems: readonly Problem[], more: string): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const listed = errors
    .slice(0, MAX_LISTED)
    .map(({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`);
  return `${count(errors.length, 'problem')}${more}: ${listed.join('; ')}`;
}
