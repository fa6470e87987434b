import { type Timer, toTime } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { CommitStatusSettings } from '../source-settings.ts';
import { type CommitStatus, isSameStatus } from './commit-status.ts';
import { type SendParts, sendStatus } from './send-status.ts';
import { addWaiting, MAX_ENTRIES, type StatusEntry, toPosted } from './status-entry.ts';
import { type PostProblem, StatusWaits } from './status-waits.ts';
import type { Verdict } from './verdict.ts';

/** What posting works with. */
export interface PostParts extends SendParts {
  readonly logger: Logger;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** What the queue of one source is made of. */
interface StatusQueueOptions extends PostParts {
  readonly source: string;
  readonly settings: CommitStatusSettings;
  /** As kept over a restart. */
  readonly entries: readonly StatusEntry[];
  /** Called after each change of the entries. */
  readonly onChange: () => void;
}

/**
 * The statuses of one source on their way, one request at a time, the commit that was spoken of first before the others.
 * It is idle (nothing waits), trying (a request is under way), or waits for a time (status-waits.ts says which).
 */
export class StatusQueue {
  readonly #options: StatusQueueOptions;
  readonly #waits: StatusWaits;
  #entries: readonly StatusEntry[];
  #trying: Promise<void> | null = null;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(options: StatusQueueOptions) {
    this.#options = options;
    this.#waits = new StatusWaits(options.random);
    this.#entries = options.entries.slice(-MAX_ENTRIES);
  }

  get entries(): readonly StatusEntry[] {
    return this.#entries;
  }

  /** Statuses that are not posted yet. */
  get waiting(): number {
    return this.#entries.filter(({ waiting }) => waiting !== null).length;
  }

  /** What was met last and is not over. */
  get problem(): PostProblem | null {
    return this.#waits.problem;
  }

  /** Has a status posted, in place of one of the same commit that waits. What was said already is not posted again. */
  post(status: CommitStatus): void {
    const added = addWaiting(this.#entries, status);
    if (added === null) return;
    this.#entries = added.entries;
    if (added.forgotten !== null) this.#forget(added.forgotten);
    this.#options.onChange();
    this.#waits.hurry(status.sha, this.#options.clock.now());
    this.wake();
  }

  /** Tries what is due, and sets the time for what is due later. */
  wake(): void {
    if (this.#stopped || this.#trying !== null) return;
    this.#timer?.cancel();
    this.#timer = null;
    const now = this.#options.clock.now();
    const [next] = this.#entries
      .flatMap(({ sha, waiting }) =>
        waiting === null ? [] : [{ status: waiting, at: this.#waits.dueAt(sha) }],
      )
      .sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    if (next.at > now) this.#timer = this.#options.clock.setTimer(next.at - now, () => this.wake());
    else this.#trying = this.#try(next.status);
  }

  /** Resolves once no request is under way. What waits for its time still does. */
  async idle(): Promise<void> {
    while (this.#trying !== null) await this.#trying;
  }

  /** Begins no more requests. The answer to one under way is not waited for: what it posted is posted again after a restart. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #try(status: CommitStatus): Promise<void> {
    const verdict = await sendStatus(status, this.#options);
    this.#trying = null;
    if (this.#stopped) return;
    if (verdict.kind === 'posted') this.#settle(status);
    else this.#hold(status, verdict);
    this.wake();
  }

  #settle(status: CommitStatus): void {
    const { source, logger, onChange } = this.#options;
    const { sha, state } = status;
    this.#waits.end(sha);
    this.#entries = toPosted(this.#entries, status);
    onChange();
    logger.info({ source, sha, state }, 'Commit status posted');
  }

  /** Says a problem once, not at every try. */
  #hold(status: CommitStatus, verdict: Exclude<Verdict, { readonly kind: 'posted' }>): void {
    const { source, settings, logger, clock } = this.#options;
    const { sha } = status;
    const at = clock.now();
    const problem = this.#waits.add({ sha, verdict, at });
    const waiting = this.#entries.find((entry) => entry.sha === sha)?.waiting ?? null;
    if (waiting === null) this.#waits.forget(sha);
    // What came while the request was under way is not what was refused.
    else if (!isSameStatus(waiting, status)) this.#waits.hurry(sha, at);
    if (problem === null) return;
    const { host, repository } = settings;
    const fields = { source, sha, host, repository, retryAt: toTime(problem.retryAt) };
    logger.warn(fields, `Cannot post the status of a commit: ${problem.message}`);
  }

  #forget({ sha, waiting }: StatusEntry): void {
    const { source, logger } = this.#options;
    this.#waits.forget(sha);
    if (waiting === null) return;
    logger.warn({ source, sha }, `More than ${MAX_ENTRIES} commit statuses wait: the oldest is given up`);
  }
}
