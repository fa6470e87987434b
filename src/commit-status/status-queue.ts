import type { Clock, Timer } from '../clock.ts';
import type { HttpClient } from '../deliver/http-client.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CommitStatusSettings } from '../source-settings.ts';
import { type CommitStatus, isSameStatus } from './commit-status.ts';
import { toStatusRequest } from './hosts.ts';
import type { StatusEntry } from './status-file.ts';
import { judgeAnswer, type Verdict } from './verdict.ts';

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

/** What posting works with. */
export interface PostParts {
  readonly send: HttpClient['send'];
  /** The value behind a reference. Throws when there is none. */
  readonly resolve: (text: string) => string;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
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

/** Commits of a source that are remembered. */
const MAX_ENTRIES = 100;
const REQUEST_TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 600_000;
const JITTER = 0.2;
/** The longest a host may ask to be left alone. */
const MAX_ASKED_MS = 24 * 3_600_000;
/** After a refusal: a token may be rotated, a permission given, without a word to Hookline. */
const REFUSED_WAIT_MS = 3_600_000;

/**
 * The statuses of one source on their way, one request at a time, the commit that was spoken of first before the others.
 * It is idle (nothing waits), trying (a request is under way), or waits for a time:
 * - `#pause`, when the host could not take a status or refused the token: then every commit of the source waits.
 * - `#refused`, when the host refused one commit: then the others go on.
 * A post ends what waits after a refusal, not what waits because the host asked for it.
 */
export class StatusQueue {
  readonly #options: StatusQueueOptions;
  #entries: readonly StatusEntry[];
  #pause: { readonly problem: PostProblem; readonly byRefusal: boolean } | null = null;
  readonly #refused = new Map<string, PostProblem>();
  /** Failures in a row, for the backoff. */
  #failures = 0;
  /** Posts so far: one that came while a request was under way is not held by its refusal. */
  #posts = 0;
  #trying: Promise<void> | null = null;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(options: StatusQueueOptions) {
    this.#options = options;
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
    return this.#pause?.problem ?? [...this.#refused.values()].at(-1) ?? null;
  }

  /** Has a status posted, in place of one of the same commit that waits. What was posted last is not posted again. */
  post(status: CommitStatus): void {
    const { sha } = status;
    const known = this.#entries.find((entry) => entry.sha === sha);
    // A commit that was spoken of before is prepared again after a restart, say: what is known of it stays.
    if (status.state === 'pending' && known !== undefined) return;
    // What waits may have reached the host already, its answer lost: only when nothing waits is it known what is there.
    if (known?.waiting === null && isSameStatus(known.posted, status)) return;
    this.#posts += 1;
    const posted = known?.posted ?? null;
    this.#entries = [...this.#entries.filter((entry) => entry !== known), { sha, posted, waiting: status }];
    if (this.#entries.length > MAX_ENTRIES) this.#forgetOne();
    this.#options.onChange();
    if (this.#pause?.byRefusal === true) this.#pause = endWait(this.#pause, this.#options.clock.now());
    const refused = this.#refused.get(sha);
    if (refused !== undefined) this.#refused.set(sha, { ...refused, retryAt: this.#options.clock.now() });
    this.wake();
  }

  /** Tries what is due, and sets the time for what is due later. */
  wake(): void {
    if (this.#stopped || this.#trying !== null) return;
    this.#timer?.cancel();
    this.#timer = null;
    const now = this.#options.clock.now();
    const [next] = this.#entries
      .flatMap(({ sha, waiting }) => (waiting === null ? [] : [{ status: waiting, at: this.#dueAt(sha) }]))
      .sort((a, b) => a.at - b.at);
    if (next === undefined) return;
    if (next.at > now) {
      this.#timer = this.#options.clock.setTimer(next.at - now, () => this.wake());
      return;
    }
    this.#trying = this.#try(next.status);
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

  /** 0: at once. */
  #dueAt(sha: string): number {
    return Math.max(this.#pause?.problem.retryAt ?? 0, this.#refused.get(sha)?.retryAt ?? 0);
  }

  async #try(status: CommitStatus): Promise<void> {
    const posts = this.#posts;
    const verdict = await this.#send(status);
    this.#trying = null;
    if (this.#stopped) return;
    switch (verdict.kind) {
      case 'posted':
        this.#settle(status);
        break;
      case 'retry':
        this.#wait(status, verdict);
        break;
      case 'refused':
        this.#hold(status, { ...verdict, forMs: this.#posts === posts ? REFUSED_WAIT_MS : 0 });
        break;
    }
    this.wake();
  }

  async #send(status: CommitStatus): Promise<Verdict> {
    const { settings, resolve, redact, send, clock } = this.#options;
    let token: string;
    try {
      token = resolve(settings.token);
    } catch (error) {
      const message = `the token cannot be had: ${redact(toMessage(error))}`;
      return { kind: 'refused', scope: 'source', message };
    }
    const request = toStatusRequest(settings, { status, token });
    const incoming = await send({ ...request, timeoutMs: REQUEST_TIMEOUT_MS, verify: true });
    const verdict = judgeAnswer(incoming, { settings, state: status.state, now: clock.now() });
    return verdict.kind === 'posted' ? verdict : { ...verdict, message: redact(verdict.message) };
  }

  #settle(status: CommitStatus): void {
    const { source, logger, onChange } = this.#options;
    const { sha, state } = status;
    this.#failures = 0;
    this.#pause = null;
    this.#refused.delete(sha);
    this.#entries = this.#entries.map((entry) =>
      entry.sha === sha
        ? { sha, posted: status, waiting: isSameStatus(entry.waiting, status) ? null : entry.waiting }
        : entry,
    );
    onChange();
    logger.info({ source, sha, state }, 'Commit status posted');
  }

  #wait({ sha }: CommitStatus, { at, message }: Verdict & { readonly kind: 'retry' }): void {
    const now = this.#options.clock.now();
    const own = now + toWaitMs(this.#failures, this.#options.random);
    const retryAt = Math.round(Math.max(own, Math.min(at ?? own, now + MAX_ASKED_MS)));
    this.#failures += 1;
    const problem = { sha, message, at: now, retryAt };
    this.#say(problem, this.#pause?.problem);
    this.#pause = { problem, byRefusal: false };
  }

  #hold(
    { sha }: CommitStatus,
    { scope, message, forMs }: Verdict & { readonly kind: 'refused' } & { readonly forMs: number },
  ): void {
    const now = this.#options.clock.now();
    const problem = { sha, message, at: now, retryAt: now + forMs };
    this.#failures = 0;
    if (scope === 'source') {
      this.#say(problem, this.#pause?.problem);
      this.#pause = { problem, byRefusal: true };
      return;
    }
    this.#say(problem, this.#refused.get(sha));
    this.#refused.set(sha, problem);
    this.#pause = null;
  }

  /** Once for each problem, not at every try. */
  #say({ sha, message, retryAt }: PostProblem, before: PostProblem | undefined): void {
    if (message === before?.message) return;
    const { source, settings, logger } = this.#options;
    const { host, repository } = settings;
    const fields = { source, sha, host, repository, retryAt: new Date(retryAt).toISOString() };
    logger.warn(fields, `Cannot post the status of a commit: ${message}`);
  }

  /** Forgets the oldest that is posted, or else the oldest that waits. */
  #forgetOne(): void {
    const { source, logger } = this.#options;
    const forgotten = this.#entries.find(({ waiting }) => waiting === null) ?? this.#entries[0];
    this.#entries = this.#entries.filter((entry) => entry !== forgotten);
    if (forgotten === undefined) return;
    this.#refused.delete(forgotten.sha);
    if (forgotten.waiting === null) return;
    logger.warn(
      { source, sha: forgotten.sha },
      `More than ${MAX_ENTRIES} commit statuses wait: the oldest is given up`,
    );
  }
}

function endWait<T extends { readonly problem: PostProblem }>(wait: T, now: number): T {
  return { ...wait, problem: { ...wait.problem, retryAt: now } };
}

function toWaitMs(failures: number, random: () => number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS) * (1 + JITTER * (2 * random() - 1));
}
