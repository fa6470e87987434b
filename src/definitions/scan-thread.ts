import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../clock.ts';
import { toMessage } from '../errors.ts';
import type { ScanAnswer, ScanRequest, ScanWorkerData } from './scan-protocol.ts';
import { SourceError } from './source.ts';

/** What a thread is started with. */
export interface ScanThreadOptions {
  readonly root: string;
  readonly clock: Clock;
}

/** How long a scan may make no step: what it waits for then is a mount that hangs, and may for ever. */
const STUCK_MS = 10_000;
/** How long the end of a thread is waited for: one that waits for a mount cannot be ended. */
const STOP_MS = 1_000;
/** For what is remembered of some hundred thousand files. Their bytes are not counted in. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * A worker thread that scans. It is idle, then busy with one scan, and idle again when that is answered, until it ends:
 * because it was stopped or because it failed. A scan that is stuck is given up, but its thread stays busy until the mount
 * answers (or is unmounted by force): more threads would be stuck just as well. It keeps no process alive while it is idle.
 */
export class ScanThread {
  readonly #worker: Worker;
  readonly #steps = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #clock: Clock;
  #isBusy = false;
  /** Why it ended; null while it has not. */
  #ending: string | null = null;
  #scan: PromiseWithResolvers<ScanAnswer> | null = null;
  #watch: Timer | null = null;

  /** Throws when no thread can be started. */
  constructor({ root, clock }: ScanThreadOptions) {
    this.#clock = clock;
    const workerData: ScanWorkerData = { root, steps: this.#steps.buffer };
    // The same extension as this file: .ts when run from source, .js when run from the package.
    const file = new URL(`./scan-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData, resourceLimits: LIMITS });
    this.#worker.on('message', (answer: ScanAnswer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.#end(toMessage(error)));
    this.#worker.on('exit', () => this.#end('its thread ended'));
    this.#worker.unref();
  }

  /** It answers nothing any more. */
  get hasEnded(): boolean {
    return this.#ending !== null;
  }

  /** Scans; the scan before must have been answered. Rejects with SourceError `Timeout` when it is stuck, or the one before still is. */
  scan(request: ScanRequest): Promise<ScanAnswer> {
    if (this.#ending !== null) return Promise.reject(new Error(this.#ending));
    if (this.#isBusy) return Promise.reject(toStuck());
    this.#isBusy = true;
    this.#scan = Promise.withResolvers();
    this.#worker.ref();
    this.#worker.postMessage(request);
    this.#watchSteps();
    return this.#scan.promise;
  }

  /** Ends the thread. One that is stuck in the system is left behind: the process cannot end before it does. */
  async stop(): Promise<void> {
    this.#end('it is closed');
    const terminated = this.#worker.terminate();
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.setTimer(STOP_MS, late.resolve);
    await Promise.race([terminated, late.promise]);
    timer.cancel();
    this.#worker.unref();
  }

  #watchSteps(): void {
    const steps = Atomics.load(this.#steps, 0);
    this.#watch = this.#clock.setTimer(STUCK_MS, () => {
      if (Atomics.load(this.#steps, 0) === steps) this.#settle((scan) => scan.reject(toStuck()));
      else this.#watchSteps();
    });
  }

  #receive(answer: ScanAnswer): void {
    this.#isBusy = false;
    this.#settle((scan) => scan.resolve(answer));
  }

  #end(reason: string): void {
    this.#ending ??= reason;
    this.#settle((scan) => scan.reject(new Error(reason)));
  }

  #settle(how: (scan: PromiseWithResolvers<ScanAnswer>) => void): void {
    this.#watch?.cancel();
    this.#worker.unref();
    const scan = this.#scan;
    this.#scan = null;
    if (scan !== null) how(scan);
  }
}

function toStuck(): SourceError {
  return new SourceError('Timeout', `nothing was heard from it for ${STUCK_MS / 1000} s`);
}
