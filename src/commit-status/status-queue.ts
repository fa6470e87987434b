import type { Clock, Timer } from '../clock.ts';
import type { HttpClient } from '../deliver/http-client.ts';
import { toMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { CommitStatusSettings } from '../source-settings.ts';
import type { CommitStatus } from './commit-status.ts';
import { toStatusRequest } from './hosts.ts';
import { addWaiting, MAX_ENTRIES, type StatusEntry, toPosted } from './status-entry.ts';
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
  /** Commits that were posted while a request was under way: its refusal does not hold them. */
  readonly #askedSince = new Set<string>();
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
    const added = addWaiting(this.#entries, status);
    if (added === null) return;
    this.#entries = added.entries;
    if (added.forgotten !== null) this.#forget(added.forgotten);
    this.#options.onChange();
    this.#askedSince.add(status.sha);
    const now = this.#options.clock.now();
    if (this.#pause?.byRefusal === true)
      this.#pause = { ...this.#pause, problem: { ...this.#pause.problem, retryAt: now } };
    const refused = this.#refused.get(status.sha);
    if (refused !== undefined) this.#refused.set(status.sha, { ...refused, retryAt: now });
    this.wake();
  }

  /** Tries what is due, and sets the time for what is due later. */
  wake(): void {
    if (this.#stopped || this.#trying !== null) return;
    this.#timer?.cancel();
    this.#timer = null;
    const now = this.#options.clock.now();
    const [next] = this.#entries
      .flatMap(({ waiting }) => (waiting === null ? [] : [{ status: waiting, at: this.#dueAt(waiting.sha) }]))
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
    this.#askedSince.clear();
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
        this.#hold(status, verdict);
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
    this.#entries = toPosted(this.#entries, status);
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

  #hold({ sha }: CommitStatus, { scope, message }: Verdict & { readonly kind: 'refused' }): void {
    const now = this.#options.clock.now();
    const asked = scope === 'source' ? this.#askedSince.size > 0 : this.#askedSince.has(sha);
    const problem = { sha, message, at: now, retryAt: asked ? now : now + REFUSED_WAIT_MS };
    this.#failures = 0;
    if (scope === 'source') {
      this.#say(problem, this.#pause?.problem);
      this.#pause = { problem, byRefusal: true };
      return;
    }
    this.#pause = null;
    if (!this.#entries.some((entry) => entry.sha === sha)) return;
    this.#say(problem, this.#refused.get(sha));
    this.#refused.set(sha, problem);
  }

  /** Once for each problem, not at every try. */
  #say({ sha, message, retryAt }: PostProblem, before: PostProblem | undefined): void {
    if (message === before?.message) return;
    const { source, settings, logger } = this.#options;
    const { host, repository } = settings;
    const fields = { source, sha, host, repository, retryAt: new Date(retryAt).toISOString() };
    logger.warn(fields, `Cannot post the status of a commit: ${message}`);
  }

  #forget({ sha, waiting }: StatusEntry): void {
    const { source, logger } = this.#options;
    this.#refused.delete(sha);
    if (waiting === null) return;
    logger.warn({ source, sha }, `More than ${MAX_ENTRIES} commit statuses wait: the oldest is given up`);
  }
}

function toWaitMs(failures: number, random: () => number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS) * (1 + JITTER * (2 * random() - 1));
}
