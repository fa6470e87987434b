import type { Verdict } from './verdict.ts';

/** Why something waits, for people. */
export interface PostProblem {
  /** Of the commit it was met with. */
  readonly sha: string;
  readonly message: string;
  /** When it was last met, ms since the epoch. */
  readonly at: number;
  /** When it is tried again, ms since the epoch. */
  readonly retryAt: number;
}

/** A verdict that is not what was hoped for, and what it was met with. */
interface Setback {
  readonly sha: string;
  readonly verdict: Exclude<Verdict, { readonly kind: 'posted' }>;
  /** ms since the epoch. */
  readonly at: number;
}

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 600_000;
const JITTER = 0.2;
/** The longest a host may ask to be left alone. */
const MAX_ASKED_MS = 24 * 3_600_000;
/** After a refusal: a token may be rotated, a permission given, without a word to Hookline. */
const REFUSED_WAIT_MS = 3_600_000;

/**
 * What the commits of one source wait for:
 * - `#pause`, when the host could not take a status or refused the token: then all of them wait.
 * - `#refused`, when the host refused one commit: then the others go on.
 * Something new to say ends what waits after a refusal, not what waits because the host asked for it.
 */
export class StatusWaits {
  readonly #random: () => number;
  #pause: { readonly problem: PostProblem; readonly byRefusal: boolean } | null = null;
  readonly #refused = new Map<string, PostProblem>();
  /** Failures in a row, for the backoff. */
  #failures = 0;

  /** `random` is 0 to 1, for jitter. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** What was met last and is not over. */
  get problem(): PostProblem | null {
    return this.#pause?.problem ?? [...this.#refused.values()].at(-1) ?? null;
  }

  /** When a commit may be tried, ms since the epoch; 0: at once. */
  dueAt(sha: string): number {
    return Math.max(this.#pause?.problem.retryAt ?? 0, this.#refused.get(sha)?.retryAt ?? 0);
  }

  /** Takes note that the host took a status. */
  end(sha: string): void {
    this.#failures = 0;
    this.#pause = null;
    this.#refused.delete(sha);
  }

  /** Takes note of a verdict. Answers what is wrong, or null when it is what was wrong before. */
  add({ sha, verdict, at }: Setback): PostProblem | null {
    const { message } = verdict;
    const isOne = verdict.kind === 'refused' && verdict.scope === 'commit';
    const before = isOne ? this.#refused.get(sha) : this.#pause?.problem;
    const problem = { sha, message, at, retryAt: this.#toRetryAt(verdict, at) };
    if (isOne) this.#refused.set(sha, problem);
    this.#pause = isOne ? null : { problem, byRefusal: verdict.kind === 'refused' };
    return message === before?.message ? null : problem;
  }

  /** Has a commit there is something new to say of be tried at once, where only a refusal stands against it. */
  hurry(sha: string, now: number): void {
    const { problem, byRefusal } = this.#pause ?? {};
    if (problem !== undefined && byRefusal === true)
      this.#pause = { problem: { ...problem, retryAt: now }, byRefusal };
    const refused = this.#refused.get(sha);
    if (refused !== undefined) this.#refused.set(sha, { ...refused, retryAt: now });
  }

  /** Takes note that nothing waits of a commit any more. */
  forget(sha: string): void {
    this.#refused.delete(sha);
  }

  #toRetryAt(verdict: Setback['verdict'], now: number): number {
    if (verdict.kind === 'refused') {
      this.#failures = 0;
      return now + REFUSED_WAIT_MS;
    }
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, MAX_WAIT_MS);
    this.#failures += 1;
    const own = now + waitMs * (1 + JITTER * (2 * this.#random() - 1));
    return Math.round(Math.max(own, Math.min(verdict.at ?? own, now + MAX_ASKED_MS)));
  }
}
