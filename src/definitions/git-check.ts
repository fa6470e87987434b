import { checkDescent } from './git-descent.ts';
import type { Git } from './git-runner.ts';
import type { Verify } from './git-verify.ts';
import { type Notice, SourceError, type SourceFailure } from './source.ts';

/** A commit that would be answered next, for whoever has to agree. */
export interface GitCandidate {
  readonly sha: string;
  /** The object that is followed: the commit, or the annotated tag of it. */
  readonly oid: string;
  /** The ref in the mirror that holds it. */
  readonly ref: string;
  /** Null unless a tag is followed. */
  readonly tagName: string | null;
  /** The commit that is live; null when none is. The mirror may not have it any more. */
  readonly live: string | null;
  /** Runs in the mirror, which has the whole history of the candidate; nothing else does meanwhile. */
  readonly git: Git;
  /** For one command. */
  readonly timeoutMs: number;
}

/** What was found of a commit. */
export interface Checked {
  readonly notices: readonly Notice[];
  /** Why it may not go live; null: it may. */
  readonly refusal: SourceError | null;
}

/** Agrees to a commit or refuses it, before anything of it is read. Rejects when it could not be looked at. */
export type CheckCandidate = (candidate: GitCandidate) => Promise<Checked>;

/** How a refusal stands among the notices. */
const REFUSALS: Partial<Record<SourceFailure, Pick<Notice, 'type' | 'status' | 'reason'>>> = {
  VerificationFailed: { type: 'SourceVerified', status: 'False', reason: 'VerificationFailed' },
  HistoryRewritten: { type: 'HistoryRewritten', status: 'True', reason: 'Refused' },
};

/**
 * Creates the check of a source. `verify` null: no signature is asked for. A commit has to be signed before it is asked what it
 * descends from.
 */
export function createCheck({
  verify,
  allowRewind,
}: {
  readonly verify: Verify | null;
  readonly allowRewind: boolean;
}): CheckCandidate {
  return async (candidate) => {
    const notices: Notice[] = [];
    try {
      if (verify !== null) notices.push(await verify(candidate));
      const rewound = await checkDescent(candidate.git, { ...candidate, allowRewind });
      return { notices: rewound === null ? notices : [...notices, rewound], refusal: null };
    } catch (error) {
      const refused = error instanceof SourceError ? REFUSALS[error.reason] : undefined;
      if (!(error instanceof SourceError) || refused === undefined) throw error;
      return { notices: [...notices, { ...refused, message: error.message }], refusal: error };
    }
  };
}

/**
 * What a source has to say after a look, with what it said before. Of a commit that may go live it is what was found of that,
 * and no more. One that is refused clears nothing that it was not asked about: who pushes without a signature must not
 * have it forgotten that history was rewritten. What could not be looked at changes nothing.
 */
export function toNotices(before: readonly Notice[], { notices, refusal }: Checked): readonly Notice[] {
  if (refusal === null) return notices;
  return [...before.filter(({ type }) => !notices.some((notice) => notice.type === type)), ...notices];
}
