import type { SqliteCalls } from './sqlite-thread.ts';

/** Bytes of log that are taken over into the file: the more at once, the more often a page of it is written but once. */
const TAKE_OVER_BYTES = 40 * 1024 * 1024;
/**
 * What the log grows by, measured: each commit writes the ends of some seven trees a page at a time, however little is
 * in it; each entry and outcome adds its own.
 */
const BYTES_PER_COMMIT = 28 * 1024;
const BYTES_PER_CHANGE = 1_600;

/**
 * Has the log taken over into the file before it is longer than what it is cut back to: cutting back 200 MB holds up
 * the next commit for 60 ms (bench isolation).
 */
export class SqliteLog {
  readonly #writer: SqliteCalls;
  readonly #reader: SqliteCalls;
  #changes = 0;
  /** Commits there were when it was taken over last. */
  #commitsBefore = 0;
  #isTakenOver = false;

  constructor({ writer, reader }: { readonly writer: SqliteCalls; readonly reader: SqliteCalls }) {
    this.#writer = writer;
    this.#reader = reader;
  }

  /** Learns that so many entries or outcomes were committed. */
  wrote(changes: number): void {
    this.#changes += changes;
    const commits = this.#writer.answered - this.#commitsBefore;
    const bytes = commits * BYTES_PER_COMMIT + this.#changes * BYTES_PER_CHANGE;
    if (bytes < TAKE_OVER_BYTES || this.#isTakenOver) return;
    this.#changes = 0;
    this.#commitsBefore = this.#writer.answered;
    void this.#takeOver();
  }

  /**
   * The reader takes the log over while the writer goes on. What was written meanwhile is little: the writer takes that
   * over itself, since the log can begin anew only when nothing of it is left. A take-over that fails loses nothing: the
   * log grows, and the next one tries again.
   */
  async #takeOver(): Promise<void> {
    this.#isTakenOver = true;
    for (const thread of [this.#reader, this.#writer]) {
      // Whatever keeps the log from being taken over keeps writes from being committed before long, which is reported.
      await thread.call('checkpoint', undefined).catch(() => null);
    }
    this.#isTakenOver = false;
  }
}
